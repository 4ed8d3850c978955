PRAGMA application_id = 1280527940;
CREATE TABLE meta (
	"key" VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES ('made by', 'a test');
CREATE TABLE brand (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	"query" VARCHAR NOT NULL, 
	active BOOLEAN NOT NULL, 
	added_at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_brand PRIMARY KEY (id), 
	CONSTRAINT uq_brand_name UNIQUE (name)
);
INSERT INTO "brand" VALUES (1, 'Acme', 'acme', 1, '2026-11-25 12:00:00');
INSERT INTO "brand" VALUES (2, 'Larch', 'larch', 1, '2026-11-25 12:00:00');
CREATE TABLE stream (
	id INTEGER NOT NULL, 
	source VARCHAR NOT NULL, 
	connector VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	lane VARCHAR NOT NULL, 
	keeps_all BOOLEAN NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	configured_at VARCHAR(19) NOT NULL, 
	due_at VARCHAR(19) NOT NULL, 
	wait_until VARCHAR(19), 
	cursor VARCHAR, 
	interval_s FLOAT NOT NULL, 
	failures INTEGER NOT NULL, 
	caught_up BOOLEAN NOT NULL, 
	last_ok_at VARCHAR(19), 
	last_news_at VARCHAR(19), 
	error VARCHAR NOT NULL, 
	CONSTRAINT pk_stream PRIMARY KEY (id), 
	CONSTRAINT uq_stream_source_key UNIQUE (source, "key"), 
	CONSTRAINT ck_stream_state CHECK (state in ('active', 'parked', 'removed'))
);
INSERT INTO "stream" VALUES (1, 'feed', 'scripted', 'main', 'scripted:feed', 1, 'active', '', '2026-11-25 12:00:00', '2026-11-26 12:15:00', '2026-11-25 13:00:00', '{"etag": "1"}', 900.0, 1, 1, '2026-11-25 13:00:00', '2026-11-25 13:00:00', 'forum.example answered 503');
INSERT INTO "stream" VALUES (2, 'hose', 'scripted', 'main', 'scripted:hose', 0, 'parked', 'gone', '2026-11-25 12:00:00', '2026-11-26 12:41:09', NULL, NULL, 2469.6, 0, 1, '2026-11-26 12:00:00', NULL, '');
CREATE TABLE spending (
	id INTEGER NOT NULL, 
	account VARCHAR NOT NULL, 
	day VARCHAR NOT NULL, 
	reserved FLOAT NOT NULL, 
	settled FLOAT NOT NULL, 
	CONSTRAINT pk_spending PRIMARY KEY (id), 
	CONSTRAINT uq_spending_account_day UNIQUE (account, day)
);
INSERT INTO "spending" VALUES (1, 'x:acme', '2026-11-25', 1.5, 1.25);
CREATE TABLE author (
	id INTEGER NOT NULL, 
	platform VARCHAR NOT NULL, 
	native_id VARCHAR NOT NULL, 
	handle VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	followers INTEGER, 
	CONSTRAINT pk_author PRIMARY KEY (id), 
	CONSTRAINT uq_author_platform_native_id UNIQUE (platform, native_id)
);
INSERT INTO "author" VALUES (1, 'forum', 'ann', 'ann', '', NULL);
INSERT INTO "author" VALUES (2, 'forum', 'larch', 'larch', 'Larch', 9);
CREATE TABLE thread (
	id INTEGER NOT NULL, 
	platform VARCHAR NOT NULL, 
	root_id VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	first_at VARCHAR(19) NOT NULL, 
	last_at VARCHAR(19) NOT NULL, 
	posts INTEGER NOT NULL, 
	CONSTRAINT pk_thread PRIMARY KEY (id), 
	CONSTRAINT uq_thread_platform_root_id UNIQUE (platform, root_id)
);
INSERT INTO "thread" VALUES (1, 'forum', 'p1', 'https://forum.example/p1?x=1', 'Where is it?', '2026-11-25 12:00:00', '2026-11-25 12:00:00', 2);
INSERT INTO "thread" VALUES (2, 'forum', 'p3', '', '', '2026-11-25 12:00:00', '2026-11-25 12:00:00', 1);
INSERT INTO "thread" VALUES (3, 'forum', 'p4', '', '', '2026-11-25 12:00:00', '2026-11-25 12:00:00', 1);
CREATE TABLE story (
	id INTEGER NOT NULL, 
	text_hash VARCHAR NOT NULL, 
	signature BLOB NOT NULL, 
	first_at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_story PRIMARY KEY (id)
);
INSERT INTO "story" VALUES (1, '103f6a7719184fd6e106b8c21e3f583c', X'0A672654C7744A808813A9B74B55F822C2853469C17CFD6E089D14F3C0DF1AE44C5B0318C09FFE7CB0884DA08A23E26611BED16C6DEB82BAA10BBFFE10C2C1CDB9C50F4FC014E7B2C21A3B9535EF6034C0E8307A1E4021CCC5728BBDCB9B23C0C26F462EC278BED4C5126E9B9D584480C095B4233E8FCB79C0A1C1A4586F4B27290D4107C32AF1378B7AB9C4C0D9353D442675832E2917CC691D34EAC3B0A976C738EF5F3DC73830261ABACEA83933AFC48CBA362080B400C56C2418B96F3719826A4E41C4EF24567B4D2DBE92EA696553EB95777C2AB4B1C18E0C8832657E11C137F961B06426BEC061BBD064BC07E0C21867173F3C23D7498AFED4C11F3739', '2026-11-25 12:00:00');
INSERT INTO "story" VALUES (2, '03dee7159dc7526a964a4db45ed4ec6e', X'', '2026-11-25 12:00:00');
INSERT INTO "story" VALUES (3, '8a143c42642917e1c3fe1dbcebcb6160', X'', '2026-11-25 12:00:00');
INSERT INTO "story" VALUES (4, '0577c148a8a4b48906ead862bbbbb1c6', X'', '2026-11-25 13:00:00');
CREATE TABLE rule (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	settings VARCHAR NOT NULL, 
	first_at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_rule PRIMARY KEY (id), 
	CONSTRAINT uq_rule_name_version UNIQUE (name, version)
);
INSERT INTO "rule" VALUES (1, 'every', '560c26868252', '{"sentiment":[],"complaint":null,"anger":null,"min_negative":null,"min_complaint":null,"min_anger":null,"min_reach":null,"platforms":[],"languages":[],"query":null,"include_own":false,"name":"every","brand":"","severity":"warning","channels":["ops"],"cooldown":"0 s","per":"brand","type":"mention"}', '2026-11-25 12:00:00');
CREATE TABLE alert (
	id INTEGER NOT NULL, 
	rule VARCHAR NOT NULL, 
	rule_version VARCHAR NOT NULL, 
	brand VARCHAR NOT NULL, 
	severity VARCHAR NOT NULL, 
	channels VARCHAR NOT NULL, 
	cooldown_s FLOAT NOT NULL, 
	"key" VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	opened_at VARCHAR(19) NOT NULL, 
	updated_at VARCHAR(19) NOT NULL, 
	events INTEGER NOT NULL, 
	held_back INTEGER NOT NULL, 
	messages INTEGER NOT NULL, 
	quiet_until VARCHAR(19) NOT NULL, 
	acknowledged_by VARCHAR, 
	acknowledged_at VARCHAR(19), 
	resolved_by VARCHAR, 
	resolved_at VARCHAR(19), 
	CONSTRAINT pk_alert PRIMARY KEY (id), 
	CONSTRAINT ck_alert_state CHECK (state in ('open', 'acknowledged', 'resolved'))
);
INSERT INTO "alert" VALUES (1, 'every', '560c26868252', 'Acme', 'warning', '["ops"]', 60.0, 'Acme', 'resolved', 'Acme: mention on forum', 'This mention of Acme meets every condition of the rule every.', '2026-11-25 12:00:00', '2026-11-25 12:00:00', 3, 1, 1, '2026-11-25 12:00:00', 'ann', '2026-11-25 13:00:00', 'bob', '2026-11-25 14:00:00');
CREATE TABLE silence (
	id INTEGER NOT NULL, 
	matcher VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	starts_at VARCHAR(19) NOT NULL, 
	ends_at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_silence PRIMARY KEY (id)
);
INSERT INTO "silence" VALUES (1, 'brand = "Acme"', 'sale', 'ann', '2026-11-25 12:00:00', '2026-11-26 12:00:00');
CREATE TABLE tombstone (
	id INTEGER NOT NULL, 
	platform VARCHAR NOT NULL, 
	post_id VARCHAR NOT NULL, 
	author_id VARCHAR NOT NULL, 
	what VARCHAR NOT NULL, 
	at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_tombstone PRIMARY KEY (id), 
	CONSTRAINT uq_tombstone_platform_post_id_author_id UNIQUE (platform, post_id, author_id)
);
INSERT INTO "tombstone" VALUES (1, 'forum', 'p9', '', 'deleted', '2026-11-25 12:00:00');
INSERT INTO "tombstone" VALUES (2, 'forum', '', 'ann', 'forgotten', '2026-11-25 12:00:00');
CREATE TABLE coverage (
	id INTEGER NOT NULL, 
	stream_id INTEGER NOT NULL, 
	day VARCHAR NOT NULL, 
	since VARCHAR(19) NOT NULL, 
	until VARCHAR(19) NOT NULL, 
	outcome VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	polls INTEGER NOT NULL, 
	fetched INTEGER NOT NULL, 
	fresh INTEGER NOT NULL, 
	edited INTEGER NOT NULL, 
	matched INTEGER NOT NULL, 
	dropped INTEGER NOT NULL, 
	dropped_why VARCHAR NOT NULL, 
	CONSTRAINT pk_coverage PRIMARY KEY (id), 
	CONSTRAINT fk_coverage_stream_id FOREIGN KEY(stream_id) REFERENCES stream (id)
);
INSERT INTO "coverage" VALUES (1, 1, '2026-11-25', '2026-11-25 12:00:00', '2026-11-25 13:00:00', 'ok', '', 2, 5, 4, 1, 5, 1, 'older than the source');
INSERT INTO "coverage" VALUES (2, 2, '2026-11-25', '2026-11-25 12:00:00', '2026-11-25 13:00:00', 'ok', '', 2, 0, 0, 0, 0, 0, '');
INSERT INTO "coverage" VALUES (3, 1, '2026-11-26', '2026-11-25 13:00:00', '2026-11-26 12:00:00', 'unavailable', 'forum.example answered 503', 1, 0, 0, 0, 0, 0, '');
INSERT INTO "coverage" VALUES (4, 2, '2026-11-26', '2026-11-25 13:00:00', '2026-11-26 12:00:00', 'ok', '', 1, 0, 0, 0, 0, 0, '');
CREATE TABLE thread_state (
	id INTEGER NOT NULL, 
	thread_id INTEGER NOT NULL, 
	brand_id INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	score FLOAT, 
	evidence VARCHAR NOT NULL, 
	at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_thread_state PRIMARY KEY (id), 
	CONSTRAINT fk_thread_state_thread_id FOREIGN KEY(thread_id) REFERENCES thread (id), 
	CONSTRAINT fk_thread_state_brand_id FOREIGN KEY(brand_id) REFERENCES brand (id)
);
INSERT INTO "thread_state" VALUES (1, 1, 1, 'pile-on', 0.75, '[1]', '2026-11-25 12:00:00');
CREATE TABLE post (
	id INTEGER NOT NULL, 
	platform VARCHAR NOT NULL, 
	native_id VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	canonical_url VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	community VARCHAR NOT NULL, 
	author_id INTEGER, 
	created_at VARCHAR(19) NOT NULL, 
	edited_at VARCHAR(19), 
	found_at VARCHAR(19) NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	lang_hint VARCHAR NOT NULL, 
	parent_id VARCHAR NOT NULL, 
	root_id VARCHAR NOT NULL, 
	thread_id INTEGER NOT NULL, 
	reach INTEGER, 
	replies INTEGER, 
	shares INTEGER, 
	likes INTEGER, 
	rating FLOAT, 
	is_private BOOLEAN NOT NULL, 
	media VARCHAR NOT NULL, 
	links VARCHAR NOT NULL, 
	content VARCHAR NOT NULL, 
	stream_id INTEGER NOT NULL, 
	is_history BOOLEAN NOT NULL, 
	removed VARCHAR NOT NULL, 
	CONSTRAINT pk_post PRIMARY KEY (id), 
	CONSTRAINT uq_post_platform_native_id UNIQUE (platform, native_id), 
	CONSTRAINT fk_post_author_id FOREIGN KEY(author_id) REFERENCES author (id), 
	CONSTRAINT fk_post_thread_id FOREIGN KEY(thread_id) REFERENCES thread (id), 
	CONSTRAINT fk_post_stream_id FOREIGN KEY(stream_id) REFERENCES stream (id)
);
INSERT INTO "post" VALUES (1, 'forum', 'p1', 'https://forum.example/p1?x=1', 'https://forum.example/p1?x=1', 'post', '', 1, '2026-11-25 12:00:00', '2026-11-25 13:00:00', '2026-11-25 12:00:00', 'Where is it?', 'acme lost my parcel again and nobody answers the phone, furious 😠 it''s "broken"', 'en', '', '', 1, 7, 1, 2, 3, 4.5, 0, '[]', '[]', 'e559d7f2f241f1aa0db87a2f3c254821', 1, 0, '');
INSERT INTO "post" VALUES (2, 'forum', 'p2', '', '', 'post', '', 1, '2026-11-25 12:00:00', '2026-11-25 13:00:00', '2026-11-25 12:00:00', '', 'acme is unclear — edited', '', '', '', 1, NULL, NULL, NULL, NULL, NULL, 0, '[]', '[]', '2e8dfaad25f9baa2490b12351eead6f4', 1, 0, '');
INSERT INTO "post" VALUES (3, 'forum', 'p3', '', '', 'post', '', 2, '2026-11-25 12:00:00', NULL, '2026-11-25 12:00:00', '', 'larch, and acme, are lovely; klingon', '', '', '', 2, NULL, NULL, NULL, NULL, NULL, 0, '[]', '[]', '1b374d90c4c0e5be6cdae803c30d85b2', 1, 0, '');
INSERT INTO "post" VALUES (4, 'forum', 'p4', '', '', 'post', 'parcels', 1, '2026-11-25 12:00:00', NULL, '2026-11-25 12:00:00', '', 'nothing of the kind', '', 'p1', 'p1', 3, NULL, NULL, NULL, NULL, NULL, 1, '["https://forum.example/a.png"]', '["https://acme.example/"]', '33af003619e718f757754e296330b63a', 1, 1, 'hidden');
CREATE TABLE story_band (
	bucket INTEGER NOT NULL, 
	story_id INTEGER NOT NULL, 
	CONSTRAINT pk_story_band PRIMARY KEY (bucket, story_id), 
	CONSTRAINT fk_story_band_story_id FOREIGN KEY(story_id) REFERENCES story (id)
);
INSERT INTO "story_band" VALUES (3531829698997, 1);
INSERT INTO "story_band" VALUES (16817838150718, 1);
INSERT INTO "story_band" VALUES (53537762627048, 1);
INSERT INTO "story_band" VALUES (61065783678905, 1);
INSERT INTO "story_band" VALUES (82499741732485, 1);
INSERT INTO "story_band" VALUES (113051725155508, 1);
INSERT INTO "story_band" VALUES (130173630303467, 1);
INSERT INTO "story_band" VALUES (133509378789782, 1);
INSERT INTO "story_band" VALUES (149562414623850, 1);
INSERT INTO "story_band" VALUES (211004316438039, 1);
INSERT INTO "story_band" VALUES (238731268344329, 1);
INSERT INTO "story_band" VALUES (245256522319341, 1);
INSERT INTO "story_band" VALUES (245861606532232, 1);
INSERT INTO "story_band" VALUES (263608492537881, 1);
INSERT INTO "story_band" VALUES (268108219523350, 1);
INSERT INTO "story_band" VALUES (275546025231601, 1);
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	alert_id INTEGER NOT NULL, 
	channel VARCHAR NOT NULL, 
	message INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	created_at VARCHAR(19) NOT NULL, 
	due_at VARCHAR(19) NOT NULL, 
	leased_until VARCHAR(19), 
	attempts INTEGER NOT NULL, 
	error VARCHAR NOT NULL, 
	reference VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	sent_at VARCHAR(19), 
	CONSTRAINT pk_delivery PRIMARY KEY (id), 
	CONSTRAINT uq_delivery_channel_key UNIQUE (channel, "key"), 
	CONSTRAINT ck_delivery_state CHECK (state in ('pending', 'sent', 'dead')), 
	CONSTRAINT fk_delivery_alert_id FOREIGN KEY(alert_id) REFERENCES alert (id)
);
INSERT INTO "delivery" VALUES (1, 1, 'ops', 1, 'alert-1-1', 'sent', '2026-11-25 12:00:00', '2026-11-25 12:00:00', '2026-11-25 13:00:00', 1, 'refused', 'receipt-1', '550', '2026-11-25 12:00:00');
CREATE TABLE sighting (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	brand_id INTEGER NOT NULL, 
	score FLOAT NOT NULL, 
	kind VARCHAR NOT NULL, 
	evidence VARCHAR NOT NULL, 
	seen_at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_sighting PRIMARY KEY (id), 
	CONSTRAINT uq_sighting_name_brand_id UNIQUE (name, brand_id), 
	CONSTRAINT fk_sighting_brand_id FOREIGN KEY(brand_id) REFERENCES brand (id)
);
INSERT INTO "sighting" VALUES (1, 'acme-sucks.example', 1, 0.9, 'gripe', '["sucks"]', '2026-11-25 12:00:00');
CREATE TABLE mention (
	id INTEGER NOT NULL, 
	post_id INTEGER NOT NULL, 
	brand_id INTEGER NOT NULL, 
	story_id INTEGER NOT NULL, 
	via VARCHAR NOT NULL, 
	spans VARCHAR NOT NULL, 
	title_spans VARCHAR NOT NULL, 
	is_own BOOLEAN NOT NULL, 
	is_history BOOLEAN NOT NULL, 
	found_at VARCHAR(19) NOT NULL, 
	withdrawn_at VARCHAR(19), 
	revision INTEGER NOT NULL, 
	judged BOOLEAN NOT NULL, 
	evaluated BOOLEAN NOT NULL, 
	judgement_id INTEGER, 
	attempts INTEGER NOT NULL, 
	retry_at VARCHAR(19), 
	CONSTRAINT pk_mention PRIMARY KEY (id), 
	CONSTRAINT uq_mention_post_id_brand_id UNIQUE (post_id, brand_id), 
	CONSTRAINT fk_mention_post_id FOREIGN KEY(post_id) REFERENCES post (id), 
	CONSTRAINT fk_mention_brand_id FOREIGN KEY(brand_id) REFERENCES brand (id), 
	CONSTRAINT fk_mention_story_id FOREIGN KEY(story_id) REFERENCES story (id)
);
INSERT INTO "mention" VALUES (1, 1, 1, 1, 'match', '[[0, 4]]', '[]', 0, 0, '2026-11-25 12:00:00', NULL, 0, 1, 1, 1, 0, '2026-11-25 13:00:00');
INSERT INTO "mention" VALUES (2, 2, 1, 4, 'match', '[[0, 4]]', '[[0, 4]]', 0, 1, '2026-11-25 12:00:00', NULL, 1, 1, 1, 5, 2, NULL);
INSERT INTO "mention" VALUES (3, 3, 1, 3, 'match', '[[11, 15]]', '[]', 0, 0, '2026-11-25 12:00:00', '2026-11-25 13:00:00', 0, 1, 1, 3, 0, NULL);
INSERT INTO "mention" VALUES (4, 3, 2, 3, 'match', '[[0, 5]]', '[]', 1, 0, '2026-11-25 12:00:00', NULL, 0, 1, 1, 4, 0, NULL);
CREATE TABLE delivery_event (
	id INTEGER NOT NULL, 
	delivery_id INTEGER NOT NULL, 
	at VARCHAR(19) NOT NULL, 
	outcome VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	CONSTRAINT pk_delivery_event PRIMARY KEY (id), 
	CONSTRAINT fk_delivery_event_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
INSERT INTO "delivery_event" VALUES (1, 1, '2026-11-25 12:00:00', 'sent', '550');
CREATE TABLE gripe_site (
	id INTEGER NOT NULL, 
	sighting_id INTEGER NOT NULL, 
	url VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	since VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_gripe_site PRIMARY KEY (id), 
	CONSTRAINT uq_gripe_site_sighting_id UNIQUE (sighting_id), 
	CONSTRAINT fk_gripe_site_sighting_id FOREIGN KEY(sighting_id) REFERENCES sighting (id)
);
INSERT INTO "gripe_site" VALUES (1, 1, 'https://acme-sucks.example/', 'watched', '2026-11-25 12:00:00');
CREATE TABLE judgement (
	id INTEGER NOT NULL, 
	mention_id INTEGER NOT NULL, 
	passage VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	p_negative FLOAT, 
	p_neutral FLOAT, 
	p_positive FLOAT, 
	p_complaint FLOAT, 
	p_anger FLOAT, 
	p_sarcasm FLOAT, 
	p_suggestion FLOAT, 
	p_relevance FLOAT, 
	p_spam FLOAT, 
	abstained VARCHAR, 
	judged_at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_judgement PRIMARY KEY (id), 
	CONSTRAINT uq_judgement_mention_id_passage_model UNIQUE (mention_id, passage, model), 
	CONSTRAINT fk_judgement_mention_id FOREIGN KEY(mention_id) REFERENCES mention (id)
);
INSERT INTO "judgement" VALUES (1, 1, '78404dadc8be032eb34486b19f97ae59', 'scripted-1', 'en', 0.9, 0.05, 0.05, 0.9, 0.8, 0.1, 0.2, 0.3, 0.4, NULL, '2026-11-25 12:00:00');
INSERT INTO "judgement" VALUES (2, 2, '63dce484a003e32a614a2f7ec437c4fa', 'scripted-1', 'en', 0.9, 0.05, 0.05, 0.9, 0.1, NULL, NULL, NULL, NULL, NULL, '2026-11-25 12:00:00');
INSERT INTO "judgement" VALUES (3, 3, '7fed1f675955352051ff3fcfbca8836a', 'scripted-1', 'tlh', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'unsupported language', '2026-11-25 12:00:00');
INSERT INTO "judgement" VALUES (4, 4, '75e89f372149ee8541b67bd4f8b952ed', 'scripted-1', 'tlh', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'unsupported language', '2026-11-25 12:00:00');
INSERT INTO "judgement" VALUES (5, 2, '8c2b9ae8aa14f574528fc8e373dcdd5c', 'scripted-1', 'en', 0.1, 0.8, 0.1, 0.1, 0.1, NULL, NULL, NULL, NULL, 'low confidence', '2026-11-25 13:00:00');
CREATE TABLE decision (
	id INTEGER NOT NULL, 
	rule_id INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	watermark INTEGER NOT NULL, 
	mention_id INTEGER NOT NULL, 
	author VARCHAR NOT NULL, 
	posted_at VARCHAR(19) NOT NULL, 
	fires BOOLEAN NOT NULL, 
	stands BOOLEAN NOT NULL, 
	reason VARCHAR NOT NULL, 
	numbers VARCHAR NOT NULL, 
	decided_at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_decision PRIMARY KEY (id), 
	CONSTRAINT uq_decision_rule_id_key_watermark UNIQUE (rule_id, "key", watermark), 
	CONSTRAINT fk_decision_rule_id FOREIGN KEY(rule_id) REFERENCES rule (id), 
	CONSTRAINT fk_decision_mention_id FOREIGN KEY(mention_id) REFERENCES mention (id)
);
INSERT INTO "decision" VALUES (1, 1, 'Acme', 1, 1, 'forum:ann', '2026-11-25 12:00:00', 1, 1, 'This mention of Acme meets every condition of the rule every.', '{"p_complaint": 0.9, "p_anger": 0.8, "p_negative": 0.9}', '2026-11-25 12:00:00');
INSERT INTO "decision" VALUES (2, 1, 'Acme', 2, 2, 'forum:', '2026-11-25 12:00:00', 1, 1, 'This mention of Acme meets every condition of the rule every.', '{"p_complaint": 0.9, "p_anger": 0.1, "p_negative": 0.9}', '2026-11-25 12:00:00');
INSERT INTO "decision" VALUES (3, 1, 'Acme', 3, 3, 'forum:larch', '2026-11-25 12:00:00', 1, 1, 'This mention of Acme meets every condition of the rule every.', '{}', '2026-11-25 12:00:00');
CREATE TABLE label (
	id INTEGER NOT NULL, 
	mention_id INTEGER NOT NULL, 
	head VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	at VARCHAR(19) NOT NULL, 
	CONSTRAINT pk_label PRIMARY KEY (id), 
	CONSTRAINT uq_label_mention_id_head_by UNIQUE (mention_id, head, "by"), 
	CONSTRAINT fk_label_mention_id FOREIGN KEY(mention_id) REFERENCES mention (id)
);
INSERT INTO "label" VALUES (1, 1, 'complaint', 'yes', 'ann', '2026-11-25 12:00:00');
CREATE TABLE alert_event (
	id INTEGER NOT NULL, 
	alert_id INTEGER NOT NULL, 
	at VARCHAR(19) NOT NULL, 
	kind VARCHAR NOT NULL, 
	decision_id INTEGER, 
	mention_id INTEGER, 
	message INTEGER NOT NULL, 
	"by" VARCHAR NOT NULL, 
	CONSTRAINT pk_alert_event PRIMARY KEY (id), 
	CONSTRAINT uq_alert_event_alert_id_mention_id UNIQUE (alert_id, mention_id), 
	CONSTRAINT fk_alert_event_alert_id FOREIGN KEY(alert_id) REFERENCES alert (id), 
	CONSTRAINT fk_alert_event_decision_id FOREIGN KEY(decision_id) REFERENCES decision (id), 
	CONSTRAINT fk_alert_event_mention_id FOREIGN KEY(mention_id) REFERENCES mention (id)
);
INSERT INTO "alert_event" VALUES (1, 1, '2026-11-25 12:00:00', 'opened', 1, 1, 1, 'ann');
INSERT INTO "alert_event" VALUES (2, 1, '2026-11-25 12:00:00', 'grew', 2, 2, 1, '');
INSERT INTO "alert_event" VALUES (3, 1, '2026-11-25 12:00:00', 'grew', 3, 3, 1, '');
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES ('0001');
CREATE VIRTUAL TABLE post_text USING fts5(
    title, text, content = 'post', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO post_text (post_text) VALUES ('rebuild');
CREATE INDEX ix_alert_event_alert_id_message ON alert_event (alert_id, message);
CREATE INDEX ix_alert_event_decision_id ON alert_event (decision_id);
CREATE INDEX ix_alert_event_mention_id ON alert_event (mention_id);
CREATE INDEX ix_alert_waiting ON alert (quiet_until) WHERE held_back > 0 and state <> 'resolved';
CREATE INDEX ix_coverage_stream_id_until ON coverage (stream_id, until);
CREATE INDEX ix_decision_evidence ON decision (rule_id, "key", posted_at);
CREATE INDEX ix_decision_mention_id ON decision (mention_id);
CREATE INDEX ix_delivery_alert_id_channel_message ON delivery (alert_id, channel, message);
CREATE INDEX ix_delivery_due ON delivery (channel, due_at) WHERE state = 'pending';
CREATE INDEX ix_delivery_event_delivery_id ON delivery_event (delivery_id);
CREATE INDEX ix_mention_brand_id_found_at ON mention (brand_id, found_at);
CREATE INDEX ix_mention_story_id ON mention (story_id);
CREATE INDEX ix_mention_to_evaluate ON mention (id) WHERE judged = 1 and evaluated = 0 and withdrawn_at is null;
CREATE INDEX ix_mention_to_judge ON mention (id) WHERE judged = 0 and withdrawn_at is null;
CREATE INDEX ix_post_author_id ON post (author_id);
CREATE INDEX ix_post_canonical_url ON post (canonical_url) WHERE canonical_url <> '';
CREATE INDEX ix_post_found_at ON post (found_at);
CREATE INDEX ix_post_stream_id ON post (stream_id);
CREATE INDEX ix_post_thread_id ON post (thread_id);
CREATE INDEX ix_story_band_story_id ON story_band (story_id);
CREATE INDEX ix_story_text_hash ON story (text_hash);
CREATE INDEX ix_stream_due ON stream (due_at) WHERE state <> 'removed';
CREATE INDEX ix_thread_state_thread_id ON thread_state (thread_id);
CREATE TRIGGER post_text_added AFTER INSERT ON post BEGIN
    INSERT INTO post_text (rowid, title, text) VALUES (new.id, new.title, new.text);
END;
CREATE TRIGGER post_text_changed AFTER UPDATE OF title, text ON post BEGIN
    INSERT INTO post_text (post_text, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
    INSERT INTO post_text (rowid, title, text) VALUES (new.id, new.title, new.text);
END;
CREATE TRIGGER post_text_removed AFTER DELETE ON post BEGIN
    INSERT INTO post_text (post_text, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END;
CREATE UNIQUE INDEX uq_alert_standing ON alert (rule, "key") WHERE state <> 'resolved';
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
CREATE VIEW spend AS
SELECT
    account,
    day,
    reserved,
    settled
FROM spending;
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
