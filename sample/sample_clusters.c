/* sample_clusters.c: the sample clusters and their tenants. */

#include "sample_internal.h"

#define USUAL    15
#define TENANTS(list)  (list), sizeof(list) / sizeof((list)[0])

static const sample_tenant pay_core_01[] = {
    { "acct", 1002, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "settle", 1004, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "limits", 1006, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
/* No good data backup for 3 days and 4 hours. */
static const sample_tenant pay_core_02[] = {
    { "acct", 1002, "PRIMARY", 76 * 60, SAMPLE_LOG_RUNS },
    { "settle", 1004, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant ledger_01[] = {
    { "main", 1002, "PRIMARY", USUAL, SAMPLE_LOG_INTERRUPTED },
    { "archive", 1004, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant ledger_02[] = {
    { "main", 1002, "STANDBY", USUAL, SAMPLE_LOG_RUNS },
    { "archive", 1004, "STANDBY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant crm[] = {
    { "crm", 1002, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "mailing", 1004, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant crm_apac[] = {
    { "crm", 1002, "PRIMARY", 6 * 60, SAMPLE_LOG_RUNS },
    { "mailing", 1004, "PRIMARY", 6 * 60, SAMPLE_LOG_RUNS }
};
static const sample_tenant orders[] = {
    { "orders", 1002, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "cart", 1004, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "catalog", 1006, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant analytics[] = {
    { "olap", 1002, "PRIMARY", 60, SAMPLE_LOG_RUNS },
    { "features", 1004, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant score[] = {
    { "score", 1002, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant fraud[] = {
    { "rules", 1002, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "graph", 1004, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant treasury[] = {
    { "trade", 1002, "PRIMARY", USUAL, SAMPLE_LOG_STOPS }
};
/* The newest finished backup of auth failed. */
static const sample_tenant card_issuing[] = {
    { "issuing", 1002, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "auth", 1004, "PRIMARY", 4 * 60, SAMPLE_LOG_RUNS }
};
static const sample_tenant card_acquiring[] = {
    { "terminals", 1002, "PRIMARY", USUAL, SAMPLE_LOG_STARTS },
    { "clearing", 1004, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant loyalty[] = {
    { "points", 1002, "PRIMARY", USUAL, SAMPLE_LOG_STOPPED }
};
/* A backup of marts began 26 hours ago and still runs. */
static const sample_tenant dwh[] = {
    { "staging", 1002, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "marts", 1004, "PRIMARY", 27 * 60, SAMPLE_LOG_RUNS }
};
static const sample_tenant sandbox[] = {
    { "dev", 1002, "PRIMARY", USUAL, SAMPLE_LOG_FAILED },
    { "qa", 1004, "PRIMARY", USUAL, SAMPLE_LOG_UNKNOWN }
};
static const sample_tenant chinese[] = {
    { "账务", 1002, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "支付清算", 1004, "PRIMARY", USUAL, SAMPLE_LOG_RUNS }
};
static const sample_tenant odd_names[] = {
    { "a`; DROP TABLE x; -- ", 1002, "PRIMARY", USUAL, SAMPLE_LOG_RUNS },
    { "50%_off <b>&amp;\xf0\x9f\x92\xbe", 1004, "PRIMARY", USUAL,
      SAMPLE_LOG_RUNS }
};
static const sample_tenant billing[] = {
    { "sys", 1, NULL, 2 * 60, SAMPLE_LOG_RUNS },
    { "billing", 1001, NULL, USUAL, SAMPLE_LOG_NONE },
    { "invoice", 1002, NULL, USUAL, SAMPLE_LOG_NONE },
    { "dunning", 1003, NULL, USUAL, SAMPLE_LOG_NONE }
};
static const sample_tenant people[] = {
    { "sys", 1, NULL, USUAL, SAMPLE_LOG_RUNS },
    { "payroll", 1001, NULL, USUAL, SAMPLE_LOG_NONE },
    { "staff", 1002, NULL, USUAL, SAMPLE_LOG_NONE }
};
static const sample_tenant old_core[] = {
    { "sys", 1, NULL, USUAL, SAMPLE_LOG_RUNS },
    { "core", 1001, NULL, USUAL, SAMPLE_LOG_NONE }
};
static const sample_tenant logical[] = {
    { "sys", 1, NULL, USUAL, SAMPLE_LOG_RUNS }
};

const sample_cluster sample_clusters[] = {
    { "pay-core-01", { "Production", "Payments" }, "4.2.1.8", 4, "10.20.1",
      "oss://bank-backup-a/pay-core-01", TENANTS(pay_core_01), false },
    { "pay-core-02", { "Production", "Payments" }, "4.2.1.8", 4, "10.20.2",
      "file:///backup/pay-core-02", TENANTS(pay_core_02), false },
    { "ledger-01", { "Production", "Ledger" }, "4.2.5.1", 4, "10.20.3",
      "file:///backup/ledger-01", TENANTS(ledger_01), false },
    { "ledger-02", { "Production", "Ledger" }, "4.2.5.1", 4, "10.21.3",
      "file:///backup/ledger-02", TENANTS(ledger_02), false },
    { "crm-eu", { "Retail", "Europe" }, "4.3.3.0", 4, "10.30.1",
      "s3://crm-eu-backup/crm-eu", TENANTS(crm), false },
    { "crm-us", { "Retail", "Americas" }, "4.3.3.0", 4, "10.30.2",
      "s3://crm-us-backup/crm-us", TENANTS(crm), false },
    { "crm-apac", { "Retail", "Asia" }, "4.2.1.4", 4, "10.30.3",
      "cos://crm-apac-backup/crm-apac", TENANTS(crm_apac), true },
    { "retail-orders-01", { "Production", "Retail" }, "4.2.1.8", 4, "10.31.1",
      "file:///backup/retail-orders-01", TENANTS(orders), false },
    { "retail-orders-02", { "Production", "Retail" }, "4.2.1.8", 4, "10.31.2",
      "file:///backup/retail-orders-02", TENANTS(orders), false },
    { "risk-analytics", { "Risk", "Analytics" }, "4.3.3.0", 4, "10.40.1",
      "oss://risk-backup/risk-analytics", TENANTS(analytics), false },
    { "risk-score-01", { "Production", "Risk" }, "4.2.1.8", 4, "10.40.2",
      "oss://risk-backup/risk-score-01", TENANTS(score), false },
    { "fraud-detect", { "Production", "Risk" }, "4.3.1.0", 4, "10.40.3",
      "oss://risk-backup/fraud-detect", TENANTS(fraud), false },
    { "treasury-01", { "Production", "Treasury" }, "4.2.5.1", 4, "10.50.1",
      "file:///backup/treasury-01", TENANTS(treasury), false },
    { "card-issuing", { "Production", "Cards" }, "4.2.1.8", 4, "10.51.1",
      "file:///backup/card-issuing", TENANTS(card_issuing), false },
    { "card-acquiring", { "Production", "Cards" }, "4.1.0.2", 4, "10.51.2",
      "file:///backup/card-acquiring", TENANTS(card_acquiring), false },
    { "loyalty", { "Retail" }, "4.0.0.0", 4, "10.52.1",
      "file:///backup/loyalty", TENANTS(loyalty), false },
    { "dwh-01", { "Analytics" }, "4.3.3.0", 4, "10.60.1",
      "oss://dwh-backup/dwh-01", TENANTS(dwh), false },
    { "test-sandbox", { "Test" }, "4.3.3.0", 4, "10.90.1",
      "file:///backup/test-sandbox", TENANTS(sandbox), false },
    { "无锡核心-01", { "Production", "华东" }, "4.2.5.1", 4, "10.70.1",
      "oss://wuxi-backup/无锡核心-01", TENANTS(chinese), false },
    { "<odd> & \"names\" 100% o'clock/\xf0\x9f\x9a\x80",
      { "Test", "R&D <lab>" }, "4.2.1.8", 4, "10.90.2",
      "file:///backup/odd & \"names\"/100%",
      TENANTS(odd_names), false },
    { "legacy-billing", { "Legacy", "Production" },
      "5.7.25-OceanBase-v3.2.4.5", 3, "10.80.1",
      "file:///obbackup/legacy-billing", TENANTS(billing), false },
    { "legacy-people", { "Legacy" }, "3.1.5-OceanBase CE", 3, "10.80.2",
      "file:///obbackup/legacy-people", TENANTS(people), false },
    { "legacy-core", { "Legacy", "Production" }, "2.2.77", 2, "10.80.3",
      "file:///obbackup/legacy-core", TENANTS(old_core), false },
    { "archive-2018", { "Legacy" }, "1.4.79", 1, "10.80.4",
      "file:///obbackup/archive-2018", TENANTS(logical), false }
};

const size_t sample_cluster_count = sizeof(sample_clusters)
                                    / sizeof(sample_clusters[0]);
