"""The web: Camunda 8.9's REST API, its documentation, and the pages. It asks the engine through its front door."""
