"""Files that tenures shared, by what is in them: a stated SHA-256, else the one file of that name in the same exhibit."""

from __future__ import annotations

from safelight.identities.gather_source import HELD, Source

_SHARED = f"""
    create or replace temp table shares as
    with stated as (
        select tenure, us, trace_id, source_id, nullif(lower(one ->> '$.sha256'), '') as sha256,
               coalesce(nullif(one ->> '$.path', ''), one ->> '$.name') as path
        from (select tenure, us, trace_id, source_id, unnest(from_json(attachments, '["json"]')) as one from said
              where attachments is not null)
        union all
        select s.tenure, us, trace_id, source_id, if(starts_with(stated_hash, 'sha256:'), lower(stated_hash[8:]), null),
               coalesce(path, name)
        from (select account_id, at_us("at", exhibit, parser) as us, trace_id, source_id, stated_hash, path, name
              from media_shares where account_id is not null) m
        join spans s on s.account_id = m.account_id and {HELD}
    ), named as (
        select *, list_last(string_split(replace(path, chr(92), '/'), '/')) as name from stated
    ), files as (
        select source_id, name, any_value(sha256) as sha256 from items
        where sha256 is not null and size > 0
              and (source_id, name) in (select (source_id, name) from named where sha256 is null)
        group by all having count(distinct sha256) = 1
    )
    select n.tenure, coalesce(n.sha256, f.sha256) as digest, n.us, n.trace_id
    from named n left join files f on n.sha256 is null and f.source_id = n.source_id and f.name = n.name
    where coalesce(n.sha256, f.sha256) is not null
"""


def media(source: Source) -> None:
    """Fill `media`: a tenure's first share of each content, and its place among all who shared it."""
    source.db.execute(_SHARED)
    source.move(
        "media",
        """select tenure, digest, us as at_us, trace_id as trace,
                  case when us is not null then rank() over (partition by digest order by us) end as place
           from (select tenure, digest, min(us) as us,
                        arg_min(trace_id, (coalesce(us, 9223372036854775807), trace_id)) as trace_id
                 from shares group by tenure, digest)""",
    )
