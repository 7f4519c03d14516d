-- The views readers, pages, feeds, tests and measuring tools rely on: columns may be added, never renamed.

create view timeline as
select d.id, d.happened_on, d.precision, d.side, d.kind, d.platforms, d.jurisdiction, d.authority, d.title,
       coalesce(a.status, '') as status, d.url, d.stage, d.date_role, d.date_basis, d.summary, d.topics, d.action, d.change, d.document,
       d.published_at, d.updated_at, d.baseline, substr(d.happened_on, 1, 4) as year
from development d left join action a on a.id = d.action
where d.kind != 'now_tracking' and d.stage != 'withdrawn'
order by d.happened_on desc, d.id;

create view actions as
select id, kind, jurisdiction, authority, platforms, scopes, status, as_of, de_facto, binding, announced_on, effective_on,
       lifted_on, reason, legal_basis, tier, claims, title, "case", area, exceptions, personal_devices, person, in_force_from, in_force_until,
       amount, currency, voices, confirmed, authority_id, first_seen, updated_at, curated,
       substr(coalesce(nullif(announced_on, ''), effective_on), 1, 4) as year, de_facto_evidence
from action where side = 'government';

create view answers as  -- what platforms are said to have done, where no captured document shows it
select id, kind, platforms, status, as_of, announced_on, effective_on, tier, claims, title, voices, confirmed, first_seen, updated_at
from action where side = 'platform';

create view updates as
select c.id, c.document, d.platform, d.document_type, c.seen_at, c.last_not_seen, c.class, c.topics, c.direction,
       c.effective_on, c.key_sentence_old, c.key_sentence_new, c.kind, c.announced_for, c.summary, c.old, c.new, d.part, d.url, c.reason, c.effective_ambiguous
from change c join document d on d.id = c.document
where +c.class in ('substantive', 'editorial') and not c.ours;  -- +: most have them, so that is no way to find one

create view captures as
select d.platform as service, d.document_type as document, c.url, c.fetched_at, c.sha256, c.kind, c.document as document_id, c.version,
       c.reason, c.page, c.seq, d.part
from capture c join document d on d.id = c.document
order by c.fetched_at, c.seq;

create view quotes as
select c.id as claim, c.action, c.quote, c.start, c."end", c.page, c.url, coalesce(p.last_seen, c.seen_at) as fetched_at, c.tier,
       c.confidence, c.article, c.kind, c.jurisdiction, c.platforms, c.happened_on, a.language, p.sha256, c.source, c.development, c.standing,
       c.basis, c.note, c.cites
from claim c left join page p on p.id = c.page left join article a on a.id = c.article;

create view claims as select * from claim where standing = 'published';
create view review as select * from claim where standing in ('review', 'rumour') order by confidence desc;
create view conflicts as select k.*, a.title from conflict k join action a on a.id = k.action;
create view periods as select * from period;
create view restricted as  -- which app is under which measure, from which day until before which: a day stays cut as the action has it
select p.platform, a.jurisdiction, a.kind,
       case when r.since = substr(a.in_force_from || '-01-01', 1, 10) then a.in_force_from else r.since end as in_force_from,
       case when a.in_force_until = '' then r.until when r.until = '' then a.in_force_until else min(r.until, a.in_force_until) end as in_force_until,
       a.id as action
from period r join action a on a.id = r.action join action_platform p on p.action = a.id
where a.side = 'government' and r.state != 'suspended' and (a.in_force_until = '' or r.since < a.in_force_until);
create view cases as
select "case" as id, jurisdiction, json_group_array(distinct kind) as kinds, count(*) as actions, min(nullif(coalesce(nullif(announced_on, ''), effective_on), '')) as began_on,
       max(as_of) as as_of from action where side = 'government' group by "case", jurisdiction;
create view source_health as
select s.id as source, s.name, s.publisher, s.tier, s.url, h.state, h.reason, h.since, h.last_try, h.last_success, h.last_new, h.failures,
       h.items, s.expect_min, s.expect_max, h.pages, h.next_try, s.every, s.language, s.jurisdiction, s.platform, s.retired,
       (select count(*) from issue i where i.source = s.id and i.state = 'open') as issues_open,
       h.failures_passing, h.bytes, h.languages, h.coverage, h.moved_to, h.robots, s.by_hand, s.known_from
from source s left join health h on h.source = s.id;
create view issues as select * from issue order by state = 'open' desc, last_seen desc;
create view dataset_rows as
select r.id, r.source, r.key, r.state, r.why, r.notes, r.claims, r.page, p.url, p.last_seen, r.until from dataset_row r join page p on p.id = r.page;
create view documents as select * from document;
create view versions as select id, document, title, language, text, first_seen, last_seen, page, fingerprint from version where is_version;
create view variants as
select v.document, v.number, v.first_seen, v.last_seen, v.times, v.current, v.url, t.language
from variant v join version t on t.id = v.current;
create view articles as select id, page, source, url, title, language, published, outlet, tier, first_seen, last_seen, current, text from article;
create view pages as select * from page;
create view links as select * from link;

-- What the feeds read. News is what became known after a source's first crawl; the first crawl itself is one "now tracking".
create view news as
select d.id, d.side, d.kind, d.stage, d.action, d.change, d.document, d.happened_on, d.precision, d.date_role, d.date_basis, d.title,
       d.summary, d.platforms, d.jurisdiction, d.authority, d.topics, d.url, d.published_at, d.updated_at,
       coalesce((select a.status from action a where a.id = d.action), '') as status,  -- no join: counting must not look them up
       coalesce((select a.authority_id from action a where a.id = d.action), '') as authority_id
from development d where d.baseline = 0;
create view small_news as  -- changes of wording that are no news by themselves; same columns
select c.id, 'platform' as side, c.kind, 'edited' as stage, null as action, c.id as change, c.document, substr(c.seen_at, 1, 10) as happened_on,
       'day' as precision, 'first_seen' as date_role, 'observed' as date_basis,
       d.platform || ': ' || d.document_type || ' edited' || case when c.summary = '' then '' else ': ' || c.summary end as title,
       c.summary, json_array(d.platform) as platforms, '' as jurisdiction, '' as authority, c.topics, d.url, c.seen_at as published_at,
       c.seen_at as updated_at, '' as status, '' as authority_id
from change c join document d on d.id = c.document
where +c.class = 'editorial' and not c.ours and not exists (select 1 from development v where v.change = c.id);
create view feed_rows as  -- which item stands in which feed: by name of the filter and its value
select 'all' as name, '' as value, published_at, id as item from development where baseline = 0
union all select 'side', side, published_at, id from development where baseline = 0
union all select 'updates', '', published_at, id from development where baseline = 0 and document is not null and kind != 'now_tracking'
union all select 'all-changes', '', published_at, id from development where baseline = 0 and document is not null and kind != 'now_tracking'
union all select 'all-changes', '', published_at, id from small_news
union all select 'kind', kind, published_at, id from development where baseline = 0
union all select 'jurisdiction', jurisdiction, published_at, id from development where baseline = 0 and jurisdiction != ''
union all select 'authority', a.authority_id, d.published_at, d.id from development d join action a on a.id = d.action
  where d.baseline = 0 and a.authority_id != ''
union all select 'platform', p.platform, d.published_at, d.id from development d join development_platform p on p.development = d.id
  where d.baseline = 0
union all select 'topic', t.value, d.published_at, d.id from development d, json_each(d.topics) t where d.baseline = 0 and d.topics != '[]';
create view feed_sizes as select * from feed_size;
create view news_platforms as select platform, development from development_platform;
create view diffs as select id as "update", diff from change;
create view platforms as select * from platform;
create view jurisdictions as select * from jurisdiction;
create view authorities as select * from authority;
