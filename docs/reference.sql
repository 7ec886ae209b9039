-- Writes docs/REFERENCE.md from journey_help: sqlite3 -cmd '.load build/journey' :memory: '.read docs/reference.sql'
.mode list
.headers off
CREATE TEMP TABLE part AS
  SELECT CASE kind WHEN 'module' THEN 1 WHEN 'table' THEN 2 WHEN 'function' THEN 3 ELSE 4 END AS chapter, kind, name, type, unit, meaning, example
  FROM journey_help WHERE kind IN ('module', 'table', 'function', 'aggregate');
CREATE TEMP TABLE line(chapter, name, step, position, text);

INSERT INTO line VALUES
  (0, '', 0, 0, '# Reference'), (0, '', 0, 1, ''),
  (0, '', 0, 2, 'Written by `make docs` from `journey_help`, the same rows that register the functions. Inside the brackets of a table-valued'),
  (0, '', 0, 3, 'function only position counts; named arguments are hidden columns: `FROM f(''cx'') WHERE gap = ''7 days''`. Times are UTC text'),
  (0, '', 0, 4, '`YYYY-MM-DD HH:MM:SS.mmm`; seconds, rates 0 to 1; NULL means no data, never 0. A default shown as empty means: required.');
INSERT INTO line
  SELECT DISTINCT chapter, '', 0, 0, char(10) || CASE chapter WHEN 1 THEN '## Module' WHEN 2 THEN '## Table-valued functions' WHEN 3 THEN '## Functions' ELSE '## Aggregates' END FROM part;
INSERT INTO line SELECT chapter, name, 1, 0, char(10) || '### ' || name || char(10) || char(10) || meaning || '.' FROM part;
INSERT INTO line SELECT chapter, name, 2, 0, char(10) || 'Gives ' || type || coalesce(' (' || unit || ')', '') || '.' FROM part WHERE chapter >= 3;
INSERT INTO line SELECT chapter, name, 3, 0, char(10) || '```sql' || char(10) || example || ';' || char(10) || '```' FROM part;
INSERT INTO line
  SELECT p.chapter, p.name, CASE h.kind WHEN 'column' THEN 6 ELSE 4 END, 0, char(10) ||
    CASE h.kind WHEN 'column' THEN '| column | type | unit | meaning |' || char(10) || '|---|---|---|---|'
                ELSE '| ' || h.kind || ' | type | default | meaning |' || char(10) || '|---|---|---|---|' END
  FROM part p JOIN journey_help h ON h.parent = p.name GROUP BY p.chapter, p.name, h.kind;
INSERT INTO line
  SELECT p.chapter, p.name, CASE h.kind WHEN 'column' THEN 7 ELSE 5 END, h.position,
    '| `' || h.name || '` | ' || coalesce(h.type, '') || ' | ' ||
    CASE h.kind WHEN 'column' THEN coalesce(h.unit, '') ELSE coalesce(replace(h.default_text, '|', '\|'), '') END || ' | ' || replace(h.meaning, '|', '\|') || ' |'
  FROM part p JOIN journey_help h ON h.parent = p.name;
SELECT text FROM line ORDER BY chapter, name, step, position;
