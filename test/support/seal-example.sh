#!/usr/bin/env bash
# Seals the Credentials of fixtures/example with the real `sops`, from the throw-away values below. Run it again
# only to change them: sops makes new ciphertext each time. Needs `sops` on the PATH; no private key.
set -euo pipefail
cd "$(dirname "$0")/../../fixtures/example"

# credential FILE 'reference' 'for, or the Deployment it belongs to' <<< 'secrets, indented by four'
credential() {
  local file="$1"
  {
    echo "# yaml-language-server: \$schema=../../jackfield.schema.json"
    echo "apiVersion: jackfield.dev/v1"
    echo "kind: Credential"
    case "$3" in "{"*) ;; *) echo "metadata: {deployment: $3}" ;; esac
    echo "spec:"
    echo "  $2"
    case "$3" in "{"*) echo "  for: $3" ;; esac
    echo "  secrets:"
    cat
  } > "$file"
  (cd "$(dirname "$file")" && sops encrypt --in-place "$(basename "$file")")
}

c=analytics/connections
credential $c/warehouse.production.sops.yaml 'connection: warehouse' '{environment: production}' <<< '    password: demo-warehouse-production'
credential $c/warehouse.staging.sops.yaml 'connection: warehouse' '{environment: staging}' <<< '    password: demo-warehouse-staging'
credential $c/warehouse.development.sops.yaml 'connection: warehouse' '{environment: development}' <<< '    password: demo-warehouse-development'
credential $c/warehouse.dev.development.sops.yaml 'connection: warehouse' '{previewsOf: [dev]}' <<< '    password: demo-warehouse-previews'
credential $c/crm_api.production.sops.yaml 'connection: crm_api' '{environment: production}' <<< '    password: demo-crm-production
    extra:
      X-Api-Key: demo-crm-header-production'
credential $c/crm_api.staging.sops.yaml 'connection: crm_api' '{environment: staging}' <<< '    password: demo-crm-staging'
credential $c/crm_api.development.sops.yaml 'connection: crm_api' '{environment: development}' <<< '    password: demo-crm-development'
credential $c/orders_db.production.sops.yaml 'connection: orders_db' '{environment: production}' <<< '    # The host stands beside the password: whoever draws the one must draw the other.
    host: orders.example.com
    password: demo-orders-production'
credential $c/orders_db.staging.sops.yaml 'connection: orders_db' '{environment: staging}' <<< '    password: demo-orders-staging'
credential $c/orders_db.development.sops.yaml 'connection: orders_db' '{environment: development}' <<< '    password: demo-orders-development'
credential $c/lake.sandbox.development.sops.yaml 'connection: lake' '{deployments: [sandbox]}' <<< '    password: demo-lake-sandbox'
credential $c/events.production.sops.yaml 'connection: events' '{environment: production}' <<< '    extra:
      sasl.password: demo-events-production'
credential $c/events.staging.sops.yaml 'connection: events' '{environment: staging}' <<< '    extra:
      sasl.password: demo-events-staging'
credential $c/exports.production.sops.yaml 'connection: exports' '{environment: production}' <<< '    extra:
      private_key: |
        demo private key, not a real one
        second line'
credential $c/alerts.all.sops.yaml 'connection: alerts' '{all: true}' <<< '    password: T000/B000/demo-alerts'
credential $c/cache.production.sops.yaml 'connection: cache' '{environment: production}' <<< '    password: demo-cache-production'
credential $c/cache.staging.sops.yaml 'connection: cache' '{environment: staging}' <<< '    password: demo-cache-staging'
credential $c/cache.dev.development.sops.yaml 'connection: cache' dev <<< '    password: demo-cache-dev'
credential $c/ml_platform.production.sops.yaml 'connection: ml_platform' '{environment: production}' <<< '    password: demo-databricks-production'
credential $c/landing.production.sops.yaml 'connection: landing' '{environment: production}' <<< '    extra:
      connection_string: DefaultEndpointsProtocol=https;AccountName=demo;AccountKey=demo-landing'
credential $c/landing.development.sops.yaml 'connection: landing' '{environment: development}' <<< '    password: demo-landing-development'
credential $c/gcp.production.sops.yaml 'connection: gcp' '{environment: production}' <<< '    extra:
      keyfile_dict:
        type: service_account
        project_id: acme-data
        client_email: airflow@acme-data.example.com
        private_key: demo key, not a real one'
credential $c/metrics.production.sops.yaml 'connection: metrics' '{environment: production}' <<< '    extra:
      jwt__token: demo-metrics-token'

v=analytics/variables
credential $v/stripe_api_key.production.sops.yaml 'variable: stripe_api_key' '{environment: production}' <<< '    value: demo-stripe-production'
credential $v/stripe_api_key.staging.sops.yaml 'variable: stripe_api_key' '{environment: staging}' <<< '    value: demo-stripe-staging'
credential $v/SENTRY_DSN.all.sops.yaml 'environmentVariable: SENTRY_DSN' '{all: true}' <<< '    value: https://demo-sentry@sentry.example.com/1'

o=operations/connections
credential $o/pager.production.sops.yaml 'connection: pager' '{environment: production}' <<< '    password: demo-pager-production'
credential $o/pager.development.sops.yaml 'connection: pager' '{environment: development}' <<< '    password: demo-pager-development'
credential $o/audit_db.production.sops.yaml 'connection: audit_db' '{environment: production}' <<< '    password: demo-audit-production'
credential $o/audit_db.development.sops.yaml 'connection: audit_db' '{environment: development}' <<< '    password: demo-audit-development'
