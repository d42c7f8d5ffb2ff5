"""Looks connections and variables up in a real Airflow, as the settings in the environment say.

    python look_up.py REQUEST

REQUEST is JSON: {"connections": [id], "variables": [key]}, and for the Kubernetes API of the cluster around the pod
that this stands for: {"token", "ca"}, the files that a pod has of its service account. Prints JSON.
"""

import json
import os
import sys
import tempfile

os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp()
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"

request = json.loads(sys.argv[1])
if "token" in request:
    from kubernetes.config import incluster_config

    incluster_config.SERVICE_TOKEN_FILENAME = request["token"]
    incluster_config.SERVICE_CERT_FILENAME = request["ca"]

from airflow.models.connection import Connection  # noqa: E402
from airflow.models.variable import Variable  # noqa: E402

FIELDS = ("conn_type", "host", "login", "password", "schema", "port")
result = {"connections": {}, "variables": {}}
for conn_id in request["connections"]:
    try:
        connection = Connection.get_connection_from_secrets(conn_id)
    except Exception as error:  # whatever it is, the user is told that there is no such connection
        result["connections"][conn_id] = type(error).__name__
        continue
    result["connections"][conn_id] = {field: getattr(connection, field) for field in FIELDS}
for key in request["variables"]:
    try:
        result["variables"][key] = Variable.get(key)
    except Exception as error:
        result["variables"][key] = type(error).__name__
print("\n" + json.dumps(result))
