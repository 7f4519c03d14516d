-- tracker.db: derived from archive, sources and register; may be rebuilt at any time. Tables are singular and private to the
-- store; readers use the views (views.sql). Every id is a hash of what makes the thing itself, never a counter, so that a
-- rebuilt database has the same ids. Lists are JSON arrays, so that Datasette can facet them. Days are ISO 8601 cut to their
-- precision. '' stands for "not stated"; NULL only where a reference or number does not exist.

create table source (                 -- registry as last loaded, plus sources that only the archive still knows
  id text primary key, name text, publisher text, parser text, tier text, url text, language text, jurisdiction text,
  authority text, platform text, document_type text, part text, every integer, expect_min integer, expect_max integer,
  known_from text, notes text, retired text, by_hand text not null default '', blocked text not null default '[]',
  declared text not null default '[]');  -- declared: the archive's last seq each time its declaration was changed

create table sighting (               -- one fetch; seq is the archive's own
  seq integer primary key, source text not null, run text not null, url text not null, requested_url text not null,
  parser text not null, fetched_at text not null, status integer, outcome text not null, cause text not null, message text not null,
  page text references page(id),      -- NULL: nothing was kept (failed, refused)
  yielded integer not null, read_error text not null,
  items integer not null default 0,   -- entries of a list before keywords
  told text not null default '',      -- how many records hold which field, and their languages, as JSON
  moved text not null default '',     -- address that a redirect for good led to
  robots text not null default '');   -- what robots.txt said to us, in a few words
create index sighting_source on sighting(source, fetched_at);
create index sighting_seq on sighting(source, seq);
create index sighting_page on sighting(page);

create table page (                   -- one body at one address of one source
  id text primary key, source text not null, url text not null, sha256 text not null, bytes integer not null, status integer,
  content_type text not null, encoding text not null, replaced integer not null, first_seen text not null, last_seen text not null,
  fetches integer not null,
  readable text not null default '');  -- hash of what a reader may read of it: pages that share one read alike; '' where only reading tells
create index page_readable on page(source, readable) where readable != '';
create index page_url on page(url);
create index page_source on page(source);
create index page_sha on page(sha256);

create table article (                -- one text at one address; an edited article is a further row
  id text primary key, page text not null references page(id), source text not null, url text not null, title text not null,
  text text not null, language text not null, published text not null, guid text not null, outlet text not null, authors text not null,
  tier text not null, first_seen text not null, last_seen text not null,
  current integer not null,           -- 0: the address later showed another text
  voice text not null);               -- articles of one voice are copies of one report
create index article_url on article(url);
create index article_page on article(page);
create index article_voice on article(voice);
create index article_source on article(source, first_seen);

create table claim (                  -- what one article, dataset row or register entry says
  id text primary key, article text references article(id),   -- NULL: a dataset row or a register entry
  page text references page(id), source text not null, url text not null, side text not null, kind text not null,
  platforms text not null, jurisdiction text not null, authority text not null, authority_id text not null, scopes text not null,
  exceptions text not null, personal_devices text not null, area text not null, binding text not null, reasons text not null,
  legal_basis text not null, amount text not null, currency text not null, person text not null, ends text not null,
  direction text not null, happened_on text not null, precision text not null, date_role text not null, date_basis text not null,
  ambiguous integer not null, dates text not null, occurred integer not null, quote text not null, start integer, "end" integer,
  confidence real not null, fired text not null, tier text not null, seen_at text not null, baseline integer not null,
  measure text not null,              -- register entries name their measure; '' otherwise
  rank text not null,                 -- standing by the claim alone, while its text is current
  standing text not null,             -- published, review (confidence under the threshold), rumour, superseded (text was edited, row taken back)
  action text,                        -- NULL until resolved, and for review, rumour, superseded
  development text,
  state text not null default '', state_on text not null default '',  -- status that the text says the action had, and on which day
  de_facto text not null default '',  -- blocked, reachable, intermittent: what was seen, whatever was ordered
  topics text not null default '[]', documents text not null default '[]',  -- claims about a platform's documents
  told_on text not null default '',   -- last day a register entry speaks of; an article has its day of publication
  basis text not null default '',     -- '': quoted from an archived page; register: page read, dataset
  note text not null default '',      -- what a register entry says, in the register's words; never a quote
  cites text not null default '[]',   -- addresses a register entry cites
  differs text not null default '');  -- [field, value, shown] of a difference that no column holds
create index claim_article on claim(article);
create index claim_page on claim(page);
create index claim_action on claim(action);
create index claim_waiting on claim(seen_at) where standing in ('review', 'rumour');
create index claim_development on claim(development);
create index claim_gone on claim(jurisdiction, side) where standing = 'superseded';
create index claim_place on claim(jurisdiction, kind);

create table dataset_row (            -- one row of somebody's dataset, and what came of it
  id text primary key, source text not null, page text not null references page(id), key text not null,  -- key: the dataset's own
  state text not null,                -- taken, refused, withdrawn (a later edition does not hold it any more)
  why text not null, notes text not null, start integer not null, "end" integer not null, claims text not null,
  partial integer not null default 0, -- 1: its page shows a window of the dataset
  until text not null default '');    -- instant of the edition that took it back
create index dataset_row_page on dataset_row(page);
create index dataset_row_source on dataset_row(source);

create table action (                 -- what claims resolve to; side platform: an answer of a platform known from claims only
  id text primary key, side text not null, "case" text not null, kind text not null, jurisdiction text not null, area text not null,
  authority text not null, authority_id text not null, platforms text not null, scopes text not null, exceptions text not null,
  personal_devices text not null, person text not null, status text not null, as_of text not null, de_facto text not null,
  de_facto_evidence text not null, binding text not null, announced_on text not null, effective_on text not null,
  lifted_on text not null, in_force_from text not null, in_force_until text not null, reason text not null, legal_basis text not null,
  amount text not null, currency text not null, tier text not null, voices integer not null, confirmed integer not null,
  claims integer not null, title text not null, first_seen text not null, updated_at text not null, curated integer not null,
  measure text not null default '',   -- the register's measure, if one names it
  follows text not null default '',   -- the earlier action of its case that it follows
  own_status text not null default '', own_until text not null default '',  -- before a stronger measure superseded it
  superseded text not null default '');  -- the stronger measure that did
create index action_superseded on action(superseded) where superseded != '';
create index action_follows on action(follows) where follows != '';
create index action_jurisdiction on action(jurisdiction, kind, side);
create index action_kind on action(kind);
create index action_case on action("case");
create index action_authority on action(authority_id);
create index action_force on action(in_force_from, in_force_until);

create table action_platform (        -- began: first day of the announcement, else of the effect, else it became known
  platform text not null, action text not null references action(id), jurisdiction text not null default '', family text not null default '',
  began text not null default '', primary key (platform, action)) without rowid;
create index action_platform_action on action_platform(action);
create index action_platform_lane on action_platform(platform, jurisdiction, family, began, action);

create table restriction (            -- one app under one measure in one stretch of force: the view restricted, kept by triggers, so that
                                      -- map, matrix and pages of places and apps read one index; no "or ignore" here, as with feed_row
  platform text not null, jurisdiction text not null, kind text not null, in_force_from text not null, in_force_until text not null,
  action text not null, primary key (platform, jurisdiction, kind, in_force_from, in_force_until, action)) without rowid;
create index restriction_place on restriction(jurisdiction, platform, kind, in_force_from, in_force_until, action);
create index restriction_action on restriction(action);
create index restriction_oldest on restriction(platform, jurisdiction, kind, in_force_from, action) where in_force_until = '';
create index restriction_ends on restriction(in_force_until) where in_force_until != '';
create index restriction_begins on restriction(in_force_from);
create table standing (               -- how many measures without an end a place has against an app; kept by triggers, so that what is
                                      -- in force today is read without walking through all that ever began
  platform text not null, jurisdiction text not null, kind text not null, measures integer not null,
  primary key (platform, jurisdiction, kind)) without rowid;
create index standing_place on standing(jurisdiction);
create trigger standing_added after insert on restriction when new.in_force_until = '' begin
  insert into standing values (new.platform, new.jurisdiction, new.kind, 1) on conflict do update set measures = measures + 1; end;
create trigger standing_gone after delete on restriction when old.in_force_until = '' begin
  update standing set measures = measures - 1 where platform = old.platform and jurisdiction = old.jurisdiction and kind = old.kind;
  delete from standing where platform = old.platform and jurisdiction = old.jurisdiction and kind = old.kind and measures = 0; end;
create table told (                   -- a claim under each platform it names, and the strand of tellings it belongs to there
  side text not null, jurisdiction text not null, platform text not null, claim text not null,
  lane text not null default '',      -- its family of kinds, of an end the family of what it ends; and what tells lanes of one name apart
  ending integer not null default 0,
  sort integer not null default -1,   -- 0 exact days, 1 a month or year, 2 no day, 3 of a text since edited, -1 tells nothing (review, rumour, evidence)
  day integer not null default 0, until integer not null default 0, known integer not null default 0,  -- days, counted from 0001-01-01
  stretch text not null default '',   -- the run of tellings it is computed with
  change text not null default '',    -- the captured change of a document that it is evidence of
  strand text not null default '',    -- '' until settled, and for claims that are not published
  family text not null default '', measure text not null default '',
  part integer not null default 0,    -- 0 tells the action, 1 its end, 2 an earlier text's telling: keeps the id, is not shown
  primary key (side, jurisdiction, platform, claim)) without rowid;
create index told_claim on told(claim);
create index told_strand on told(strand, part);
create index told_measure on told(measure, family) where measure != '';
create index told_stretch on told(lane, stretch);
create index told_rest on told(lane) where sort in (1, 2, 3);
create index told_end on told(side, jurisdiction, platform, day) where ending = 1;
create index told_ends on told(lane) where ending = 1;
create index told_change on told(change) where change != '';
create table stretch (                -- a run of tellings in a lane, near enough in time to be computed together
  lane text not null, id text not null, first integer not null, last integer not null,
  kind integer not null,              -- 0 exact days; 1 one lone day far from its publication, 3 if it is told elsewhere; 2 other claims
  primary key (lane, id)) without rowid;

create table period (                 -- when a measure was in which state: from its first day to the day before the next
  action text not null references action(id), since text not null, until text not null,  -- until: first day that is not in it; '' open
  state text not null,                -- in_force, suspended, partly_lifted, not_enforced; what is over has no row
  basis text not null,                -- stated, presumed (announced or ordered, no day of effect stated), scheduled (ends on its term)
  primary key (action, since, state)) without rowid;
create index period_since on period(since, until);
create trigger period_added after insert on period begin
  delete from restriction where action = new.action; insert into restriction select distinct * from restricted where action = new.action; end;
create trigger period_gone after delete on period begin
  delete from restriction where action = old.action; insert into restriction select distinct * from restricted where action = old.action; end;
create trigger restriction_changed after update of in_force_until on action begin
  delete from restriction where action = new.id; insert into restriction select distinct * from restricted where action = new.id; end;

create table sketch (                 -- smallest hashes of an article's word sequences: how copies of one report are found
  hash integer not null, article text not null, primary key (hash, article)) without rowid;
create index sketch_article on sketch(article);

create table alias (id text primary key, action text not null) without rowid;  -- every id an action may have had; addresses stay
create index alias_action on alias(action);

create table development (            -- one dated thing that happened; a feed item
  id text primary key, side text not null, kind text not null, stage text not null, action text, change text, document text,
  happened_on text not null, precision text not null, date_role text not null, date_basis text not null, title text not null,
  summary text not null, platforms text not null, jurisdiction text not null, authority text not null, topics text not null,
  url text not null, published_at text not null,   -- instant it became known here
  updated_at text not null, baseline integer not null);  -- 1: known from the first crawl of a source or the register: no feed item
create index development_day on development(happened_on desc, id);
create index development_side on development(side, happened_on desc, id);
create index development_published on development(published_at desc, id);
create index development_news on development(published_at desc, id) where baseline = 0;
create index development_news_kind on development(kind, published_at desc, id) where baseline = 0;
create index development_topics on development(published_at desc, id) where topics != '[]';
create index development_withdrawn on development(jurisdiction) where stage = 'withdrawn';
create index development_action on development(action);
create index development_document on development(document);
create index development_change on development(change);
create table development_platform (platform text not null, development text not null, primary key (platform, development)) without rowid;
create index development_platform_development on development_platform(development);
create index development_jurisdiction on development(jurisdiction, published_at desc);
create index development_place on development(jurisdiction, happened_on desc, id);
create index development_kind on development(kind, happened_on desc, id);
create table platform_day (           -- developments of a platform by day; kept by triggers. What is asked of all in some weeks stands here,
                                      -- for a look at each development takes a page of its own from the disk
  platform text not null, happened_on text not null, development text not null,
  acts text not null default '',      -- the action that a government took that very day; '' otherwise
  answers integer not null default 0, -- 1: what a platform did that very day
  primary key (platform, happened_on, development)) without rowid;
create index platform_day_development on platform_day(development);
create trigger platform_day_added after insert on development_platform begin
  insert or replace into platform_day select new.platform, happened_on, id,
    iif(side = 'government' and precision = 'day' and stage in ('announced', 'decided', 'in_force'), coalesce(action, ''), ''),
    side = 'platform' and precision = 'day' from development where id = new.development; end;
create trigger platform_day_gone after delete on development_platform begin
  delete from platform_day where development = old.development and platform = old.platform; end;
create trigger platform_day_changed after update of happened_on, side, precision, stage, action on development begin
  update platform_day set happened_on = new.happened_on, answers = new.side = 'platform' and new.precision = 'day', acts =
    iif(new.side = 'government' and new.precision = 'day' and new.stage in ('announced', 'decided', 'in_force'), coalesce(new.action, ''), '')
    where development = new.id; end;

create table feed_row (               -- which item stands in which feed: the view feed_rows, kept by triggers, so that a feed and its
                                      -- archives are read off one index however long the past is. Nothing here says "or ignore": inside
                                      -- "insert or replace" it would replace, and feed_size would count twice
  name text not null, value text not null, published_at text not null, item text not null,
  primary key (name, value, published_at desc, item)) without rowid;
create index feed_row_item on feed_row(item);
create table feed_size (name text not null, value text not null, items integer not null, primary key (name, value)) without rowid;
create trigger feed_row_added after insert on feed_row begin
  insert into feed_size values (new.name, new.value, 1) on conflict do update set items = items + 1; end;
create trigger feed_row_gone after delete on feed_row begin
  update feed_size set items = items - 1 where name = old.name and value = old.value;
  delete from feed_size where name = old.name and value = old.value and items = 0; end;
create trigger feed_development_added after insert on development begin  -- one item at a time: two by "in" take five times as long
  delete from feed_row where item = new.id; insert into feed_row select distinct * from feed_rows where item = new.id; end;
create trigger feed_development_of_change after insert on development when new.change is not null begin
  delete from feed_row where item = new.change; insert into feed_row select distinct * from feed_rows where item = new.change; end;
create trigger feed_development_changed after update of baseline, published_at, side, kind, jurisdiction, topics, action, change, document on development begin
  delete from feed_row where item in (new.id, old.change, new.change);
  insert into feed_row select distinct * from feed_rows where item in (new.id, old.change, new.change); end;
create trigger feed_development_gone after delete on development begin
  delete from feed_row where item in (old.id, old.change); insert into feed_row select distinct * from feed_rows where item = old.change; end;
create trigger feed_platform_added after insert on development_platform begin
  insert into feed_row select * from feed_rows where item = new.development and name = 'platform'
    except select * from feed_row where item = new.development and name = 'platform'; end;
create trigger feed_platform_gone after delete on development_platform begin
  delete from feed_row where item = old.development and name = 'platform' and value = old.platform; end;
create trigger feed_authority_added after insert on action begin
  delete from feed_row where name = 'authority' and item in (select id from development where action = new.id);
  insert into feed_row select 'authority', new.authority_id, published_at, id from development
    where action = new.id and baseline = 0 and new.authority_id != ''; end;
create trigger feed_authority_changed after update of authority_id on action when old.authority_id != new.authority_id begin
  delete from feed_row where name = 'authority' and item in (select id from development where action = new.id);
  insert into feed_row select 'authority', new.authority_id, published_at, id from development
    where action = new.id and baseline = 0 and new.authority_id != ''; end;

create table document (               -- one policy of one platform (one part of it)
  id text primary key, source text not null, platform text not null, document_type text not null, part text not null, url text not null,
  language text not null, title text not null, first_seen text not null, last_seen text not null,
  state text not null,                -- followed, alternating (has variants), not_the_document, vanished
  variants integer not null,          -- texts that take turns at its address; 0: one text
  versions integer not null, current text);
create index document_platform on document(platform);
create index document_source on document(source);

create table version (                -- a text of a document, as first seen
  id text primary key, document text not null references document(id),
  fingerprint text not null,          -- of its words; '' while the document has shown this wording only
  title text not null, language text not null, text text not null,
  blocks text not null,               -- [kind, level, length] of each block: the text is cut by them, two line ends between
  first_seen text not null, last_seen text not null,
  is_version integer not null,        -- 0: a capture judged not to be the document; kept to compare with
  page text not null);
create index version_document on version(document, first_seen);
create index version_words on version(document, fingerprint);
create index version_sings on version(document) where text like '%canary%';  -- walk.SINGS
create table wording (                -- a text that has the words of a version, though not its wording
  id text primary key, version text not null references version(id)) without rowid;
create index wording_version on wording(version);

create table capture (                -- one sighting of a policy document
  id text primary key, seq integer not null, document text not null references document(id), url text not null, fetched_at text not null,
  sha256 text not null, version text not null references version(id), kind text not null, reason text not null, page text not null);
create index capture_document on capture(document, fetched_at, sha256);
create index capture_page on capture(page, seq);
create index capture_kind on capture(document, kind, url, fetched_at);

create table variant (                -- one of the texts of a page that takes turns, and what it became
  document text not null references document(id), number integer not null, first_seen text not null, last_seen text not null,
  times integer not null,             -- how often the page turned to it
  current text not null references version(id), url text not null, primary key (document, number)) without rowid;

create table change (                 -- every difference between two captures, with its class
  id text primary key, document text not null references document(id), old text, new text not null, seen_at text not null,
  last_not_seen text not null, class text not null, reason text not null, topics text not null, direction text not null,
  kind text not null, effective_on text not null, effective_precision text not null, effective_ambiguous integer not null,  -- 1: 02/03/2026
  announced_for text not null, key_sentence_old text not null, key_sentence_new text not null, summary text not null, diff text not null, ours integer not null);
create index change_document on change(document, seen_at);
create index change_class on change(class, seen_at);
create trigger feed_change_added after insert on change begin
  delete from feed_row where item = new.id; insert into feed_row select * from feed_rows where item = new.id; end;
create trigger feed_change_changed after update of class, ours, seen_at on change begin
  delete from feed_row where item = new.id; insert into feed_row select * from feed_rows where item = new.id; end;
create trigger feed_change_gone after delete on change begin
  delete from feed_row where item = old.id; end;

create table link (                   -- typed relation between two things
  id text primary key, subject text not null, relation text not null, object text not null, basis text not null,  -- stated, proposed
  evidence text not null, days integer);
create index link_subject on link(subject);
create index link_object on link(object);
create index link_evidence on link(evidence) where basis = 'stated';

create table conflict (               -- claims of one action that differ
  id text primary key, action text not null, field text not null, shown text not null, why text not null, value text not null,
  claims text not null, tier text not null, voices integer not null);
create index conflict_action on conflict(action);

create table issue (                  -- something a maintainer must look at; stays till mended
  id text primary key, source text not null, cause text not null, subject text not null, message text not null, first_seen text not null,
  last_seen text not null, times integer not null, transient integer not null, state text not null, closed_at text not null,
  opened_at text not null default '',  -- when it opened, or opened again
  in_a_row integer not null default 1, -- tries in a row that ended so, or with another cause that passes
  told_at text not null default '');  -- since when maintainers are told; '' while it may pass by itself
create index issue_source on issue(source, state);

create table visit (                  -- one crawl of one source; what the next is held against
  source text not null, run text not null, first_seq integer not null, last_seq integer not null, at text not null, good_at text not null,
  good integer not null, faults integer not null, transient integer not null, own integer not null, items integer not null,
  bytes integer not null, shares text not null, languages text not null, moved text not null, robots text not null default '', last_outcome text not null,
  last_cause text not null, last_message text not null,
  sound integer not null,             -- 0: something was strange; not part of the past that others are held against
  primary key (source, first_seq)) without rowid;
create index visit_run on visit(source, run);
create index visit_at on visit(source, at);
create index visit_good on visit(source, good_at);
create table watch (source text primary key, through integer not null) without rowid;  -- last sighting that visits and issues know

create table health (
  source text primary key, state text not null,   -- ok, degraded, failing, blocked (keeps us out), deferred, skipped, waiting (never tried),
                                                  -- by hand (not crawled), retired
  reason text not null, last_try text not null, last_success text not null, last_new text not null,
  failures integer not null,          -- visits in a row that brought nothing readable
  failures_passing integer not null,  -- how many of them for a cause that passes: timeout, reset, 503
  items integer not null, bytes integer not null, languages text not null, coverage text not null, moved_to text not null, robots text not null default '',
  pages integer not null, next_try text not null, since text not null);

create table platform (name text primary key, id text not null, owner text not null, kind text not null, aliases text not null, wikidata text not null);
create table jurisdiction (code text primary key, name text not null, part_of text not null, kind text not null);
create table authority (id text primary key, name text not null, kind text not null, jurisdiction text not null, abbreviation text not null, url text not null);

create table unsettled (kind text not null, item text not null, primary key (kind, item)) without rowid;  -- what has still to be computed
create table note (key text primary key, value text not null) without rowid;  -- facts about the database itself

-- apart, so that the ten times as many claims do not stand before the things they tell of
create virtual table claim_search using fts5(title, body, kind unindexed, item unindexed, language unindexed, tokenize = "unicode61 remove_diacritics 2");
create virtual table search using fts5(title, body, kind unindexed, item unindexed, language unindexed, tokenize = "unicode61 remove_diacritics 2");
