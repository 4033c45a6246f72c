// Starts Swagger UI on the page /api. A file of its own, because the page's policy runs no inline script.
const place = document.getElementById("api");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.specification,
  deepLinking: true,
  docExpansion: "none",
  tryItOutEnabled: true,
  validatorUrl: null,
});
