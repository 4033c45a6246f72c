"""The other engines under the same loads: Operaton and Flowable in a JVM, SpiffWorkflow and bpmn-engine in memory."""
