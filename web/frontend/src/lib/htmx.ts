// htmx with its extension for server-sent events.
import htmx from "htmx.org";
import "htmx-ext-sse";

export default htmx;
