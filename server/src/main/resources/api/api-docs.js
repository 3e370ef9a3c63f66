/* global SwaggerUIBundle */

SwaggerUIBundle({
  url: 'openapi.yaml',
  dom_id: '#api',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // Swagger UI would have a server of its maker look at the description.
  validatorUrl: null,
});
