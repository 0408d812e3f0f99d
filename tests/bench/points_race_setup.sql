-- The accounts of one member for points_race.sql, in a database of the benchmark: psql -f points_race_setup.sql.
DROP TABLE IF EXISTS bench_account;
CREATE TABLE bench_account AS
SELECT 0 AS number, account.member_id, account.id AS account_id, program.id AS program_id,
    (SELECT lot.id FROM points_lot lot WHERE lot.member_id = account.member_id ORDER BY lot.remaining DESC LIMIT 1) AS lot_id
FROM points_account account
CROSS JOIN (SELECT id FROM points_account WHERE kind = 'PROGRAM_REDEEMED') program
WHERE account.kind = 'MEMBER_ACTIVE'
ORDER BY account.balance DESC
LIMIT 1;
ANALYZE;
