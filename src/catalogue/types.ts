import type { ConnectionType } from "../model/connection-type.ts";
import aws from "./types/aws.json" with { type: "json" };
import azure from "./types/azure.json" with { type: "json" };
import databricks from "./types/databricks.json" with { type: "json" };
import dbtCloud from "./types/dbt_cloud.json" with { type: "json" };
import generic from "./types/generic.json" with { type: "json" };
import googleCloudPlatform from "./types/google_cloud_platform.json" with { type: "json" };
import http from "./types/http.json" with { type: "json" };
import kafka from "./types/kafka.json" with { type: "json" };
import kubernetes from "./types/kubernetes.json" with { type: "json" };
import mongo from "./types/mongo.json" with { type: "json" };
import mssql from "./types/mssql.json" with { type: "json" };
import mysql from "./types/mysql.json" with { type: "json" };
import postgres from "./types/postgres.json" with { type: "json" };
import redis from "./types/redis.json" with { type: "json" };
import redshift from "./types/redshift.json" with { type: "json" };
import sftp from "./types/sftp.json" with { type: "json" };
import slack from "./types/slack.json" with { type: "json" };
import slackwebhook from "./types/slackwebhook.json" with { type: "json" };
import smtp from "./types/smtp.json" with { type: "json" };
import snowflake from "./types/snowflake.json" with { type: "json" };
import ssh from "./types/ssh.json" with { type: "json" };
import trino from "./types/trino.json" with { type: "json" };
import wasb from "./types/wasb.json" with { type: "json" };

/** The data files of `types/`, one a connection type: adding a type is adding a file and its line here. */
export const TYPES = [
  aws,
  azure,
  databricks,
  dbtCloud,
  generic,
  googleCloudPlatform,
  http,
  kafka,
  kubernetes,
  mongo,
  mssql,
  mysql,
  postgres,
  redis,
  redshift,
  sftp,
  slack,
  slackwebhook,
  smtp,
  snowflake,
  ssh,
  trino,
  wasb,
] as unknown as readonly ConnectionType[];
