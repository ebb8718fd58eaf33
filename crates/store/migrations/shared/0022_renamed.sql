-- What places were called before. What came under such a name until then came from that place; from
-- nobody knows which (null) where two places were called so.
create table station_name (
    name text not null,
    station bigint references station (id),
    until text not null,
    primary key (name, until)
);
