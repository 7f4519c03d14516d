-- What was in force where on day :day ('' is no day: everything that ever was), with what was seen in fact beside it. A measure that is suspended
-- on that day is not in force; one that is partly lifted or not enforced is, and says so in "state". basis "presumed": announced or ordered, and no
-- source states the day of effect; "scheduled": its own term ends it.
select a.id as action, a.jurisdiction, a.kind, a.platforms, p.since, p.until, p.state, p.basis, a.status, a.as_of, a.de_facto, a.de_facto_evidence,
       a.authority, a.scopes, a.tier, a.title
from periods p join actions a on a.id = p.action
where p.state != 'suspended' and (:day = '' or (p.since <= :day and (p.until = '' or p.until > :day)))
order by a.jurisdiction, p.since, a.id
