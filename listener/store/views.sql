-- The product's SQL interface. Columns are a promise, documented in docs/sql.md.
-- Times are UTC text, comparable with datetime('now', '-1 day'). Labels are 0, 1 or NULL (not judged, or abstained).

CREATE VIEW mentions AS
SELECT
    m.id AS mention_id,
    b.name AS brand,
    p.platform,
    s.source,
    p.community,
    coalesce(nullif(a.handle, ''), nullif(a.name, '')) AS author,
    a.followers AS author_reach,
    p.created_at AS posted_at,
    m.found_at,
    coalesce(j.language, nullif(p.lang_hint, '')) AS lang,
    p.kind,
    p.title,
    p.text,
    p.url,
    p.thread_id,
    (SELECT parent.id FROM post AS parent
        WHERE parent.platform = p.platform AND parent.native_id = p.parent_id AND p.parent_id <> '') AS parent_id,
    m.via,
    m.story_id,
    m.is_own,
    p.is_private,
    m.is_history,
    CASE
        WHEN j.abstained IS NOT NULL OR j.p_negative IS NULL THEN NULL
        WHEN j.p_negative >= j.p_neutral AND j.p_negative >= j.p_positive THEN 'negative'
        WHEN j.p_neutral >= j.p_positive THEN 'neutral'
        ELSE 'positive'
    END AS sentiment,
    j.p_negative,
    j.p_neutral,
    j.p_positive,
    CASE WHEN j.abstained IS NULL THEN j.p_complaint >= 0.5 END AS complaint,
    j.p_complaint,
    NULL AS complaint_severity,
    CASE WHEN j.abstained IS NULL THEN j.p_anger >= 0.5 END AS anger,
    j.p_anger,
    CASE WHEN j.abstained IS NULL THEN j.p_sarcasm >= 0.5 END AS sarcasm,
    j.p_sarcasm,
    CASE WHEN j.abstained IS NULL THEN j.p_suggestion >= 0.5 END AS suggestion,
    j.p_suggestion,
    CASE WHEN j.abstained IS NULL THEN j.p_relevance >= 0.5 END AS relevance,
    j.p_relevance,
    CASE WHEN j.abstained IS NULL THEN j.p_spam >= 0.5 END AS spam,
    j.p_spam,
    j.abstained,
    j.model
FROM mention AS m
JOIN post AS p ON p.id = m.post_id
JOIN brand AS b ON b.id = m.brand_id
JOIN stream AS s ON s.id = p.stream_id
LEFT JOIN author AS a ON a.id = p.author_id
LEFT JOIN judgement AS j ON j.id = m.judgement_id
WHERE m.withdrawn_at IS NULL AND p.removed = '';

CREATE VIEW threads AS
SELECT
    t.id AS thread_id,
    n.brand,
    t.platform,
    t.url,
    t.title,
    (SELECT state FROM thread_state AS x JOIN brand AS b ON b.id = x.brand_id
        WHERE x.thread_id = t.id AND b.name = n.brand ORDER BY x.id DESC LIMIT 1) AS state,
    (SELECT score FROM thread_state AS x JOIN brand AS b ON b.id = x.brand_id
        WHERE x.thread_id = t.id AND b.name = n.brand ORDER BY x.id DESC LIMIT 1) AS score,
    t.posts,
    (SELECT count(DISTINCT author_id) FROM post WHERE thread_id = t.id) AS authors,
    n.complaining_authors,
    t.first_at,
    t.last_at,
    n.answered_at
FROM thread AS t
JOIN (
    SELECT
        thread_id,
        brand,
        count(DISTINCT CASE WHEN complaint = 1 AND is_own = 0 THEN author END) AS complaining_authors,
        min(CASE WHEN is_own = 1 THEN posted_at END) AS answered_at
    FROM mentions
    GROUP BY thread_id, brand
) AS n ON n.thread_id = t.id;

CREATE VIEW alerts AS
SELECT
    a.id AS alert_id,
    a.rule,
    a.brand,
    a.severity,
    a.state,
    a.opened_at,
    a.updated_at,
    a.key,
    a.title,
    a.events,
    (SELECT count(*) FROM delivery AS d WHERE d.alert_id = a.id AND d.state = 'sent') AS deliveries,
    a.acknowledged_by,
    a.acknowledged_at
FROM alert AS a;

CREATE VIEW deliveries AS
SELECT
    d.id AS delivery_id,
    d.alert_id,
    a.rule,
    a.brand,
    d.channel,
    d.message,
    d.state,
    d.attempts,
    d.created_at,
    d.due_at,
    d.sent_at,
    d.error
FROM delivery AS d
JOIN alert AS a ON a.id = d.alert_id;

CREATE VIEW stories AS
SELECT
    story_id,
    brand,
    count(*) AS mentions,
    count(DISTINCT coalesce(author, community, url)) AS voices,
    min(posted_at) AS first_at,
    max(posted_at) AS last_at,
    (SELECT first.title FROM mentions AS first
        WHERE first.story_id = m.story_id AND first.brand = m.brand ORDER BY first.mention_id LIMIT 1) AS title,
    (SELECT first.url FROM mentions AS first
        WHERE first.story_id = m.story_id AND first.brand = m.brand ORDER BY first.mention_id LIMIT 1) AS url
FROM mentions AS m
GROUP BY story_id, brand;

CREATE VIEW sources AS
SELECT
    s.source,
    s.connector,
    s.key AS stream,
    s.state,
    s.reason,
    s.configured_at,
    s.last_ok_at,
    s.last_news_at,
    s.due_at,
    s.failures,
    s.error,
    coalesce(c.polls, 0) AS polls,
    coalesce(c.fetched, 0) AS fetched,
    coalesce(c.fresh, 0) AS fresh,
    coalesce(c.edited, 0) AS edited,
    coalesce(c.matched, 0) AS matched,
    coalesce(c.dropped, 0) AS dropped
FROM stream AS s
LEFT JOIN (
    SELECT
        stream_id,
        sum(polls) AS polls,
        sum(fetched) AS fetched,
        sum(fresh) AS fresh,
        sum(edited) AS edited,
        sum(matched) AS matched,
        sum(dropped) AS dropped
    FROM coverage
    GROUP BY stream_id
) AS c ON c.stream_id = s.id;

CREATE VIEW blind_spots AS
SELECT
    s.source,
    s.key AS stream,
    c.since,
    c.until,
    c.outcome AS what,
    c.detail AS why,
    0 AS ongoing
FROM coverage AS c
JOIN stream AS s ON s.id = c.stream_id
WHERE c.outcome <> 'ok'
UNION ALL
SELECT
    s.source,
    s.key,
    coalesce(s.last_ok_at, s.configured_at),
    datetime('now'),
    CASE WHEN s.state = 'parked' THEN 'parked' WHEN s.failures > 0 THEN 'failing' ELSE 'overdue' END,
    CASE
        WHEN s.state = 'parked' THEN s.reason
        WHEN s.error <> '' THEN s.error
        ELSE 'nothing was heard since; is the daemon running?'
    END,
    1
FROM stream AS s
WHERE s.state = 'parked'
    OR (s.state = 'active' AND (s.failures > 0 OR s.due_at < datetime('now', '-10 minutes')));

CREATE VIEW spend AS
SELECT
    account,
    day,
    reserved,
    settled
FROM spending;

CREATE VIEW daily AS
SELECT
    date(posted_at) AS day,
    brand,
    platform,
    count(*) AS mentions,
    count(DISTINCT story_id) AS stories,
    count(*) FILTER (WHERE sentiment = 'negative') AS negative,
    count(*) FILTER (WHERE sentiment = 'neutral') AS neutral,
    count(*) FILTER (WHERE sentiment = 'positive') AS positive,
    count(*) FILTER (WHERE complaint) AS complaints,
    count(*) FILTER (WHERE anger) AS angry,
    count(abstained) AS abstained,
    count(*) FILTER (WHERE model IS NULL) AS unjudged
FROM mentions
WHERE is_own = 0
GROUP BY date(posted_at), brand, platform;
