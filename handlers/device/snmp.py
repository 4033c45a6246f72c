"""One SNMP conversation: GET of some objects of one device, v2c or v3, answers as plain Python values."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as snmp
from pysnmp.proto import errind, rfc1902, rfc1905

from engine import Job, Port
from handlers.answers import never, not_now
from handlers.device.devices import Device
from handlers.options import seconds, whole_number

_AUTHENTICATION = {
    "SHA": snmp.usmHMACSHAAuthProtocol,
    "SHA256": snmp.usmHMAC192SHA256AuthProtocol,
    "SHA384": snmp.usmHMAC256SHA384AuthProtocol,
    "SHA512": snmp.usmHMAC384SHA512AuthProtocol,
    "MD5": snmp.usmHMACMD5AuthProtocol,
}
_PRIVACY = {
    "AES128": snmp.usmAesCfb128Protocol,
    "AES192": snmp.usmAesCfb192Protocol,
    "AES256": snmp.usmAesCfb256Protocol,
}
# What no second try mends: the account or the way of ciphering is wrong.
_ACCOUNT_IS_WRONG = (
    errind.AuthenticationError,
    errind.AuthenticationFailure,
    errind.DecryptionError,
    errind.EncryptionError,
    errind.UnknownSecurityName,
    errind.UnknownUserName,
    errind.UnsupportedAuthProtocol,
    errind.UnsupportedPrivProtocol,
    errind.UnsupportedSecurityLevel,
    errind.WrongDigest,
)
# Routers answer a GET of many objects with tooBig; this many fit into one datagram everywhere.
_OBJECTS_A_REQUEST = 20


@dataclass(frozen=True)
class Account:
    """How to sign in at a device: for pysnmp, held for the length of one conversation."""

    data: Any
    context: Any


def account(device: Device, port: Port) -> Account:
    """From option `credentials.<name>` and the secrets `<name>.community`, `<name>.auth`, `<name>.privacy`."""
    name = device.credential
    entry = (port.options.get("credentials") or {}).get(name)
    if not isinstance(entry, dict):
        raise never(f"port {port.name}: credential {name} of device {device.id} is not under `credentials`")
    version = str(entry.get("version", "v2c"))
    if version == "v2c":
        return Account(snmp.CommunityData(port.secret(f"{name}.community"), mpModel=1), snmp.ContextData())
    if version != "v3":
        raise never(f"port {port.name}: credential {name}: version is v2c or v3")
    keys: dict[str, Any] = {}
    if entry.get("auth"):
        keys |= {
            "authKey": port.secret(f"{name}.auth"),
            "authProtocol": _protocol(_AUTHENTICATION, entry["auth"], "auth", name),
        }
    if entry.get("privacy"):
        keys |= {
            "privKey": port.secret(f"{name}.privacy"),
            "privProtocol": _protocol(_PRIVACY, entry["privacy"], "privacy", name),
        }
    context = str(entry.get("context", "")).encode()
    return Account(snmp.UsmUserData(str(entry.get("user", "")), **keys), snmp.ContextData(contextName=context))


def _protocol(known: dict[str, Any], name: Any, key: str, credential: str) -> Any:
    if name not in known:
        raise never(f"credential {credential}: {key} is one of {', '.join(known)}")
    return known[name]


async def get(device: Device, oids: list[str], job: Job, port: Port) -> dict[str, Any]:
    """Value by OID: int, Decimal, str, or None where the device has no such object."""
    signed_in = account(device, port)
    # An engine of its own for each job: it belongs to one event loop and keeps keys in its memory.
    engine = snmp.SnmpEngine()
    try:
        target = await snmp.UdpTransportTarget.create(
            (device.host, device.port),
            timeout=seconds(port, "timeout_s", 2),
            retries=whole_number(port, "retries", 2, least=0, most=100),
        )
        values: dict[str, Any] = {}
        for start in range(0, len(oids), _OBJECTS_A_REQUEST):
            wanted = [snmp.ObjectType(snmp.ObjectIdentity(oid)) for oid in oids[start : start + _OBJECTS_A_REQUEST]]
            # Without MIB files: names are resolved by our metrics, and loading them takes longer than asking.
            answer = await snmp.get_cmd(engine, signed_in.data, target, signed_in.context, *wanted, lookupMib=False)
            values |= _values(answer, device, job)
        return values
    except (PySnmpError, OSError) as error:
        raise not_now(job, f"device {device.id}: {type(error).__name__}") from error
    finally:
        engine.close_dispatcher()
        # The dispatcher's cancelled tasks end in the loop's next round; a closed loop would complain of them.
        await asyncio.sleep(0)


def _values(answer: Any, device: Device, job: Job) -> dict[str, Any]:
    indication, status, index, bindings = answer
    if indication is not None:
        if isinstance(indication, _ACCOUNT_IS_WRONG):
            raise never(f"device {device.id}: {indication}; check its credential in the ports file")
        raise not_now(job, f"device {device.id}: {indication}")
    if status:
        raise never(f"device {device.id}: SNMP error {status.prettyPrint()} at object {int(index)}")
    return {str(name): _plain(value) for name, value in bindings}


def _plain(value: Any) -> Any:
    if isinstance(value, rfc1905.NoSuchObject | rfc1905.NoSuchInstance | rfc1905.EndOfMibView):
        return None
    # Hundredths of a second (RFC 2578, 7.1.8).
    if isinstance(value, rfc1902.TimeTicks):
        return Decimal(int(value)) / 100
    if isinstance(value, rfc1902.Integer32 | rfc1902.Counter32 | rfc1902.Gauge32 | rfc1902.Counter64):
        return int(value)
    if isinstance(value, rfc1902.OctetString):
        # Names and locations are UTF-8 where they are texts (RFC 3411, SnmpAdminString); what is none is told in hex.
        with suppress(UnicodeDecodeError):
            text = bytes(value).decode()
            if text.isprintable():
                return text
    return str(value.prettyPrint())
