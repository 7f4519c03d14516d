-- What was in force where on day :day ('' is today), with what was seen in fact beside it: one row for each measure. A measure that is suspended on
-- that day, or superseded by a stronger one, is not in force; one that is partly lifted or not enforced is, and says so in "state". since and until:
-- the stretch of that state (until is the first day that is not in it; '' open). basis "presumed": announced or ordered, and no source states the day
-- of effect; "scheduled": its own term ends it. A day known only to the month or year counts from its beginning.
select a.id as action, a.title, a.kind, a.jurisdiction, a.platforms, a.in_force_from, a.in_force_until, p.since, p.until, p.state, p.basis,
       a.status, a.as_of, a.de_facto, a.de_facto_evidence, a.authority, a.scopes, a.tier
from periods p join actions a on a.id = p.action
where p.state != 'suspended' and p.since <= coalesce(nullif(:day, ''), date('now'))
  and (p.until = '' or p.until > coalesce(nullif(:day, ''), date('now')))
  and (a.in_force_until = '' or a.in_force_until > coalesce(nullif(:day, ''), date('now')))
order by p.since desc, a.id
