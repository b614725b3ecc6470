"""The requests of the benchmarks and their correct answers."""

import http.client
import json
from dataclasses import dataclass

LIVE = '{"status":"ok"}'
RECIPE = (
    '{"label":"Chicken Vesuvio","source":"Serious Eats",'
    '"url":"http://www.seriouseats.com/recipes/2011/12/chicken-vesuvio-recipe.html","id":1,"submitter_id":1}'
)
NEW_RECIPE = {"label": "Ramen", "source": "Mum", "url": "http://example.com/", "submitter_id": 1}


@dataclass(frozen=True)
class Workload:
    name: str
    path: str
    body: str  # of the correct answer; for a POST, of the request
    method: str = "GET"

    def ask(self, port: int) -> None:
        """Raises ValueError if the answer is wrong, OSError if there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            creates = self.method == "POST"
            fields = {"Content-Type": "application/json"} if creates else {}
            connection.request(self.method, self.path, self.body if creates else None, fields)
            response = connection.getresponse()
            body = response.read().decode()
        finally:
            connection.close()
        if response.status != (201 if creates else 200) or not self.is_correct(body):
            raise ValueError(f"{self.method} {self.path} was answered with {response.status} {body[:200]}")

    def is_correct(self, body: str) -> bool:
        if self.method == "GET":
            return body == self.body
        return NEW_RECIPE.items() <= json.loads(body).items()


FIXED = Workload("fixed", "/health/live", LIVE)
READ = Workload("recipe", "/api/v1/recipes/1", RECIPE)
CREATE = Workload("create", "/api/v1/recipes/", json.dumps(NEW_RECIPE), "POST")
# Finds the same recipe by its label. Heavy enough that the load generator leaves a core to the workers.
SEARCH = Workload("search", "/api/v1/recipes/search/?keyword=vesuvio", f'{{"results":[{RECIPE}]}}')
