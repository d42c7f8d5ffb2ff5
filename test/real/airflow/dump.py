"""Reads built Deployments through a real Airflow and writes down what its lookups give.

    python dump.py REQUEST RESULT

REQUEST is JSON: [{"folder", "connections": [id], "variables": [{"key", "json"}], "environment": [name]}], a folder
being what `build` wrote for one Deployment. Each is set up as the Helm chart and the kubelet would, from
`values.yaml` and `secrets.yaml` alone, in a process of its own; then every id is looked up as Airflow itself does.

RESULT is JSON: {"version", "deployments": [{"views": {view: {"connections", "variables"}}, "environment"}]}. A view
is a way in: `server` is Airflow's own, `task` (Airflow 3) that of a task. An id that Airflow does not find is absent.
Values keep their Python type: a text, boolean or null is itself, anything else is [type, value].
"""

import base64
import json
import logging
import os
import sys
import tempfile
import traceback
from pathlib import Path
from types import SimpleNamespace

import yaml

os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp()
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "False"

import airflow  # noqa: E402
from airflow.models.connection import Connection  # noqa: E402
from airflow.models.variable import Variable  # noqa: E402
from airflow.providers.cncf.kubernetes.secrets.kubernetes_secrets_backend import (  # noqa: E402
    KubernetesSecretsBackend,
)

FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra_dejson")
COMPONENTS = {"apiServer", "webserver", "scheduler", "dagProcessor", "triggerer", "workers"}


def typed(value):
    """A value as JSON that does not lose its Python type."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return ["int", str(value)]
    if isinstance(value, float):
        return ["float", value]
    if isinstance(value, list):
        return ["list", [typed(item) for item in value]]
    if isinstance(value, dict):
        return ["map", {key: typed(item) for key, item in value.items()}]
    return [type(value).__name__, repr(value)]


class FakeClient:
    """The one call that the backend makes, over Secrets as an API server would list them."""

    def __init__(self, secrets):
        self.secrets = secrets

    def list_namespaced_secret(self, namespace, label_selector, resource_version):
        found = [s for s in self.secrets if s["metadata"]["namespace"] == namespace]
        for term in label_selector.split(","):
            found = [s for s in found if matches(s["metadata"]["labels"], term)]
        items = [SimpleNamespace(data=s["data"], metadata=SimpleNamespace(**s["metadata"])) for s in found]
        return SimpleNamespace(items=items)


def matches(labels, term):
    if term.startswith("!"):
        return term[1:] not in labels
    key, value = term.split("=", 1)
    return labels.get(key) == value


def read_secrets(folder):
    secrets = list(yaml.safe_load_all((folder / "secrets.yaml").read_text("ascii")))
    for secret in secrets:
        assert (secret["apiVersion"], secret["kind"], secret["type"]) == ("v1", "Secret", "Opaque")
        assert all(isinstance(value, str) for value in secret["data"].values())
    return secrets


def mount(values, by_name):
    """Mounts what every component mounts, somewhere else; gives {path in a pod: path here}."""
    components = [values[name] for name in sorted(COMPONENTS & values.keys())]
    assert all(component == components[0] for component in components)
    moved = {}
    for component in components[:1]:
        volumes = {volume["name"]: volume["secret"] for volume in component["extraVolumes"]}
        for wanted in component["extraVolumeMounts"]:
            assert "subPath" not in wanted
            here = moved[wanted["mountPath"]] = tempfile.mkdtemp()
            for key, value in by_name[volumes[wanted["name"]]["secretName"]]["data"].items():
                Path(here, key).write_bytes(base64.b64decode(value, validate=True))
    return moved


def set_up(folder):
    """Brings this process into the state of a pod of the Deployment; gives its environment from Secrets."""
    secrets = read_secrets(folder)
    by_name = {secret["metadata"]["name"]: secret for secret in secrets}
    values = yaml.safe_load((folder / "values.yaml").read_text("ascii"))
    moved = mount(values, by_name)
    for item in values.get("env", []):
        value = item["value"]
        for path, here in moved.items():
            value = value.replace(path, here)
        os.environ[item["name"]] = value
    given = {}
    for source in yaml.safe_load(values["extraEnvFrom"]):
        data = by_name.get(source["secretRef"]["name"], {"data": {}})["data"]
        given |= {key: base64.b64decode(value, validate=True).decode() for key, value in data.items()}
    os.environ.update(given)
    KubernetesSecretsBackend.client = FakeClient(secrets)
    return given


def views():
    yield "server", Connection.get_connection_from_secrets, Variable
    if int(airflow.__version__.split(".")[0]) >= 3:
        from airflow import sdk

        yield "task", sdk.Connection.get, sdk.Variable


def look_up(case, get_connection, variables):
    result = {"connections": {}, "variables": {}}
    for conn_id in case["connections"]:
        try:
            connection = get_connection(conn_id)
            result["connections"][conn_id] = {field: typed(getattr(connection, field)) for field in FIELDS}
        except Exception:  # whatever it is, the user is told that there is no such connection
            continue
    for wanted in case["variables"]:
        try:
            value = variables.get(wanted["key"], deserialize_json=wanted["json"])
            result["variables"][wanted["key"]] = typed(value)
        except Exception:
            continue
    return result


def dump(case):
    given = set_up(Path(case["folder"]))
    found = {name: look_up(case, connections, variables) for name, connections, variables in views()}
    return {"views": found, "environment": {name: given.get(name) for name in case["environment"]}}


def in_child(case):
    """Forks, so that what one Deployment sets up is gone for the next, and Airflow is imported once."""
    with tempfile.NamedTemporaryFile() as file:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                Path(file.name).write_text(json.dumps(dump(case)))
                status = 0
            except BaseException:
                traceback.print_exc()
            os._exit(status)
        _, status = os.waitpid(pid, 0)
        if status != 0:
            raise SystemExit(f"cannot set up {case['folder']}")
        return json.loads(Path(file.name).read_text())


def main(request, result):
    logging.disable(logging.CRITICAL)
    cases = json.loads(Path(request).read_text())
    dumped = {"version": airflow.__version__, "deployments": [in_child(case) for case in cases]}
    Path(result).write_text(json.dumps(dumped))


if __name__ == "__main__":
    main(*sys.argv[1:])
