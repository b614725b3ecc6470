// node's http: PORT, the answer of /health/live, the answer of /api/v1/recipes/1.
const { createServer } = require('node:http');

const [port, live, recipe] = process.argv.slice(2);
const answers = { '/health/live': live, '/api/v1/recipes/1': recipe };

createServer((request, response) => {
  const body = answers[request.url];
  response.writeHead(body ? 200 : 404, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body ?? ''),
  });
  response.end(body);
}).listen(Number(port), '127.0.0.1');
