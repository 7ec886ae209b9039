.mode column --wrap 77
.headers on
-- 1  What are these files?
SELECT log_file, format, encoding, ts_format, records, is_estimate AS guess, substr(problems, 1, 46) AS problems
FROM channel_sniff('logs/*');

--    What their columns mean: here, how each log is read; channel_sniff proposes it as create_sql
.read setup.sql

-- 2  One customer, every channel
SELECT substr(event_ts, 6, 11) AS at, channel, event, queue, wait_s, topic, log_file, log_line
FROM journey_timeline('cx', '+420 605 029 698') WHERE event_ts > '2025-03-01' AND event NOT LIKE 'message%';

-- 3  Everything accounted for
SELECT name AS log, records, delivered AS "rows", rejects, skipped,
       records = delivered + rejects + skipped AS adds_up
FROM journey_status('calls, ivr, chat, mail, web, shop, survey, campaign, tickets, tasks');
SELECT log_file, log_line, reason_code, reason FROM channel_rejects('shop')
UNION ALL SELECT log_file, log_line, reason_code, reason FROM channel_rejects('survey')
UNION ALL SELECT log_file, log_line, reason_code, reason FROM channel_rejects('tickets');

-- 4  Contacts by channel, and the ways people take
SELECT channel, count(*) AS contacts, count(DISTINCT customer) AS customers, round(avg(wait_s)) AS wait_s,
       sum(transfers) AS transfers, sum(is_resolved) AS resolved, sum(NOT is_resolved) AS unresolved
FROM journey_contacts('cx') GROUP BY channel ORDER BY contacts DESC;
SELECT path, count(*) AS episodes, count(DISTINCT customer) AS customers,
       round(avg(duration_s) / 3600, 1) AS hours, sum(outcome = 'resolved') AS resolved, sum(is_open) AS open
FROM journey_episodes('cx') WHERE switches > 0 GROUP BY path ORDER BY episodes DESC LIMIT 6;

-- 5  Who had to come back?  First contact resolution with its 95 % interval; open = the 7 days are not over
WITH r AS (SELECT channel, count(fcr) AS n, sum(is_open) AS open, avg(fcr) AS p
           FROM journey_repeats('cx') GROUP BY channel HAVING count(fcr) > 0),
     d AS (SELECT *, 1.96 * sqrt(p * (1 - p) / n + 0.9604 / n / n) AS half FROM r)
SELECT channel, n, open, round(p, 3) AS fcr, round((p + 1.9208 / n - half) / (1 + 3.8416 / n), 3) AS low,
       round((p + 1.9208 / n + half) / (1 + 3.8416 / n), 3) AS high FROM d;

-- 6  What is broken?
SELECT triggers, count(DISTINCT customer) AS customers, substr(min(event_ts), 1, 10) AS first_seen,
       sum(event_ts < '2025-04-01') AS q1, sum(event_ts >= '2025-04-01') AS q2,
       sum(problem_state = 'silent') AS silent, sum(followed_up_ts IS NOT NULL) AS followed_up,
       max(severity) AS severity
FROM escalation_list('cx') WHERE polarity = 'negative' GROUP BY triggers ORDER BY customers DESC;

-- 7  Why?  People, process, technology or expectation
SELECT coalesce(root, '(open)') AS root, reason, count(*) AS escalations, count(DISTINCT customer) AS customers,
       round(avg(probability), 2) AS probability
FROM escalation_list('cx') WHERE polarity = 'negative' GROUP BY 1, 2 ORDER BY 1, 3 DESC;

-- 8  Show me one: a score of 0, and the log lines behind it
SELECT j.value ->> 'rule' AS rule, j.value ->> 'found' AS found, j.value ->> 'limit' AS allowed,
       j.value ->> 'log_file' AS log_file, j.value ->> 'log_line' AS line
FROM escalation_list('cx') AS e, json_each(e.evidence_json) AS j
WHERE e.customer = '08540043' AND e.triggers = 'nps<=6';
SELECT log_line, log_raw FROM calls WHERE log_line = 4242;

-- 9  What does it cost us?  Customers at risk, low to high, and what a year of them is worth
SELECT segment, problem_customers AS problem, complained, round(customers_at_risk_low) AS low,
       round(customers_at_risk) AS mid, round(customers_at_risk_high) AS high, round(amount_at_risk) AS eur,
       numbers_from
FROM loyalty_impact('cx', 'crm') WHERE reason = '(all)';

-- 10 What first?  What many meet is not what costs most
SELECT reason, problem_customers AS customers, problem_customers - complained AS silent,
       round(customers_at_risk, 1) AS at_risk, round(customers_at_risk / problem_customers, 2) AS risk_each,
       round(amount_at_risk) AS eur, rank() OVER (ORDER BY problem_customers DESC) AS by_volume,
       rank() OVER (ORDER BY amount_at_risk DESC) AS by_money
FROM loyalty_impact('cx', 'crm') WHERE segment = '(all)' AND reason <> '(all)' ORDER BY by_money LIMIT 6;
