/** Popular packages that no instrument covers, and what is still seen of their calls. */

import type { Grade } from './grades.js';

/** A group of packages of which the same is seen. */
export interface UncoveredGroup {
  packages: string[];
  /** As in LibraryCheck: what their calls are shown as, where they are. */
  kind?: string;
  grade: Grade;
  /** `X` stands for the package. */
  text: string;
}

const words = (text: string) => text.trim().split(/\s+/);
const WRITE_ONE = 'no instrument covers X; docs/instruments.md says how to write one';

export const UNCOVERED: readonly UncoveredGroup[] = [
  {
    // They speak a protocol of their own.
    packages:
      words(`oracledb sql.js pg-native libsql snowflake-sdk ibm_db odbc duckdb duckdb-async couchbase rethinkdb
      tarantool-driver aerospike hazelcast-client ravendb surrealdb
      @electric-sql/pglite node-firebird`),
    grade: 'note',
    text: `its calls are not shown: ${WRITE_ONE}`,
  },
  {
    packages: words(`cache-manager lru-cache node-cache quick-lru memory-cache flat-cache level classic-level
      lmdb rocksdb nedb lowdb`),
    grade: 'note',
    text: 'what it finds in memory is not shown; what it asks a server is, through the driver',
  },
  {
    packages: words(
      `@confluentinc/kafka-javascript node-rdkafka stompit rhea zeromq pulsar-client @azure/service-bus @azure/event-hubs`,
    ),
    grade: 'note',
    text: `its messages are not shown: ${WRITE_ONE}`,
  },
  {
    // gRPC by the client that is covered.
    packages: words(`@google-cloud/firestore @google-cloud/pubsub @google-cloud/spanner @google-cloud/tasks
      @google-cloud/logging firebase-admin @temporalio/client etcd3 @zilliz/milvus2-sdk-node @qdrant/js-client-grpc`),
    kind: 'rpc',
    grade: 'good',
    text: 'its calls are shown as those of @grpc/grpc-js, where they go through that',
  },
  {
    packages: words(`aws-sdk @google-cloud/storage @google-cloud/bigquery
      @azure/cosmos meilisearch typesense algoliasearch weaviate-client @pinecone-database/pinecone
      @qdrant/js-client-rest @supabase/supabase-js @upstash/redis
      stripe openai @anthropic-ai/sdk @google/generative-ai twilio @sendgrid/mail @slack/web-api octokit
      @octokit/rest googleapis @notionhq/client contentful minio influx @influxdata/influxdb-client nano arangojs
      solr-client @sentry/node mailgun.js postmark resend jsforce`),
    kind: 'http',
    grade: 'good',
    text: 'its calls are shown as the HTTP requests that they are',
  },
  {
    packages: words(`@aws-sdk/client-s3 @aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb @aws-sdk/client-sqs
      @aws-sdk/client-sns @aws-sdk/client-lambda @aws-sdk/client-ses @aws-sdk/client-sesv2 @aws-sdk/client-ssm
      @aws-sdk/client-secrets-manager @aws-sdk/client-kms @aws-sdk/client-eventbridge @aws-sdk/client-sfn
      @aws-sdk/client-bedrock-runtime @aws-sdk/client-cloudwatch-logs @aws-sdk/client-cognito-identity-provider`),
    kind: 'rpc',
    grade: 'good',
    text: 'its calls are shown by service and command',
  },
  {
    packages: words(`@azure/storage-blob @azure/storage-queue @azure/storage-file-share @azure/data-tables
      @azure/keyvault-secrets @azure/keyvault-keys @azure/app-configuration @azure/search-documents
      @azure/ai-form-recognizer @azure/monitor-query @azure/communication-email`),
    kind: 'rpc',
    grade: 'good',
    text: 'its calls are shown by client and operation',
  },
  {
    packages: words('canvas @node-rs/argon2 @node-rs/bcrypt scrypt-kdf jimp'),
    grade: 'note',
    text: 'its work is not named: "watch" in scooby.config.json does (docs/instruments.md)',
  },
  {
    packages: words(`ldapjs ldapts ssh2 ssh2-sftp-client basic-ftp imapflow node-imap puppeteer puppeteer-core
      playwright playwright-core`),
    grade: 'note',
    text: 'its calls are not shown: "watch" in scooby.config.json shows them (docs/instruments.md)',
  },
  {
    packages: words('sails routing-controllers @loopback/rest hyper-express'),
    kind: 'route',
    grade: 'note',
    text: 'its requests are shown by their paths: scooby does not know its routes',
  },
  {
    packages: words('loglevel signale consola tslog npmlog @logtail/node electron-log'),
    kind: 'log',
    grade: 'good',
    text: 'its lines are shown where it writes them by the console',
  },
];
