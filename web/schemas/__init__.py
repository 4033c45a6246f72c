"""The shapes of requests and answers, as Camunda 8.9 has them: one noun a file."""
