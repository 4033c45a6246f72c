"""Deployments, process and decision definitions, forms."""

from marshmallow import fields

from web.schemas.fields import Flag, Inner, Key, Made, Moment, Several, Shape, Text, Variables, Whole
from web.schemas.search import Tenant, default_tenant, key_filter, page_of, search_body, text_filter


class DeploymentForm(Shape):
    """The parts of a deployment that are no files."""

    tenant_id = Tenant()


class DeploymentFiles(Shape):
    """The files of a deployment: *.bpmn, *.dmn, *.form and translations *.en.yaml."""

    resources = Several(fields.Raw(metadata={"type": "string", "format": "binary"}))


class DeployedProcess(Shape):
    """A process of a deployment."""

    process_definition_id = Text(attribute="id")
    process_definition_version = Whole(attribute="version")
    process_definition_key = Key(attribute="key")
    resource_name = Text(attribute="resource")
    tenant_id = default_tenant()


class DeployedDecision(Shape):
    """A decision of a deployment. The decisions of one file are its decision requirements."""

    decision_definition_id = Text(attribute="id")
    version = Whole()
    name = Text()
    tenant_id = default_tenant()
    decision_definition_key = Key(attribute="key")
    decision_requirements_id = Text(attribute="resource")
    decision_requirements_key = Key(attribute="drg_key")


class DeployedRequirements(Shape):
    """A DMN file of a deployment."""

    decision_requirements_id = Text(attribute="resource")
    # Only told: marshmallow refuses two members that are read into the same attribute.
    decision_requirements_name = Text(attribute="resource", dump_only=True)
    decision_requirements_key = Key(attribute="drg_key")
    version = Whole()
    resource_name = Text(attribute="resource", dump_only=True)
    tenant_id = default_tenant()


class DeployedForm(Shape):
    """A form of a deployment."""

    form_id = Text(attribute="id")
    version = Whole()
    form_key = Key(attribute="key")
    resource_name = Text(attribute="resource")
    tenant_id = default_tenant()


class DeployedThing(Shape):
    """One of these."""

    process_definition = Inner(DeployedProcess, allow_none=True)
    decision_definition = Inner(DeployedDecision, allow_none=True)
    decision_requirements = Inner(DeployedRequirements, allow_none=True)
    form = Inner(DeployedForm, allow_none=True)
    resource = Made(lambda _: None, "object")


class Remark(Shape):
    """Something to know about a file that was deployed."""

    code = Text()
    severity = Text()
    message = Text()
    file = Text()
    element = Text()
    line = Whole()


class Deployment(Shape):
    """What was deployed; `findings` are ours: remarks that refuse nothing."""

    deployment_key = Key(attribute="key")
    tenant_id = default_tenant()
    deployments = Several(Inner(DeployedThing))
    deployed_at = Moment()
    findings = Several(Inner(Remark))


class ProcessDefinition(Shape):
    """One version of a process."""

    name = Text()
    resource_name = Text(attribute="resource")
    version = Whole()
    version_tag = Text()
    process_definition_id = Text(attribute="id")
    tenant_id = default_tenant()
    process_definition_key = Key(attribute="key")
    has_start_form = Flag()


ProcessDefinitionSearch = search_body(
    "ProcessDefinition",
    {
        "name": text_filter("name"),
        "is_latest_version": Flag(attribute="latest"),
        "resource_name": text_filter("resource"),
        "version": Whole(),
        "version_tag": text_filter("version_tag"),
        "process_definition_id": text_filter("id"),
        "process_definition_key": key_filter("key"),
    },
    {
        "name": "name",
        "processDefinitionId": "id",
        "processDefinitionKey": "key",
        "resourceName": "resource",
        "version": "version",
        "versionTag": "version_tag",
    },
)
ProcessDefinitionPage = page_of(ProcessDefinition)


class DecisionDefinition(Shape):
    """One version of a decision."""

    decision_definition_id = Text(attribute="id")
    decision_definition_key = Key(attribute="key")
    decision_requirements_id = Text(attribute="resource")
    decision_requirements_key = Key(attribute="drg_key")
    decision_requirements_name = Text(attribute="resource", dump_only=True)
    decision_requirements_version = Whole(attribute="version", dump_only=True)
    name = Text()
    tenant_id = default_tenant()
    version = Whole()


DecisionDefinitionSearch = search_body(
    "DecisionDefinition",
    {
        "decision_definition_id": text_filter("id"),
        "decision_definition_key": key_filter("key"),
        "name": text_filter("name"),
        "is_latest_version": Flag(attribute="latest"),
        "version": Whole(),
        "decision_requirements_key": key_filter("drg_key"),
    },
    {
        "decisionDefinitionId": "id",
        "decisionDefinitionKey": "key",
        "decisionRequirementsKey": "drg_key",
        "name": "name",
        "version": "version",
    },
)
DecisionDefinitionPage = page_of(DecisionDefinition)


class DecisionEvaluation(Shape):
    """Which decision, by its id or key, on which variables."""

    decision_definition_id = Text(500, 1)
    decision_definition_key = Key()
    variables = Variables()
    tenant_id = Tenant()


class Form(Shape):
    """A form-js form; `schema` is its JSON text."""

    tenant_id = default_tenant()
    form_id = Text()
    form_schema = Text(data_key="schema", attribute="schema")
    version = Whole()
    form_key = Key()
