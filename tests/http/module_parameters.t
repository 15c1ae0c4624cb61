#!/usr/bin/perl
# module_parameters.t: parameters on the wire, and refusals that name them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use Test::More;

my $t = BackupTasks::Module->new;

sub ask { return $t->get("/backup/$_[0]", user => 'anna') }
sub sent { return $t->params(ask($_[0])) }

# Presets end now, on whole minutes, and are absolute once per request.
my %hours = ('1h' => 1, '24h' => 24, '7d' => 168, '30d' => 720);
for my $range (sort keys %hours) {
    my $before = time;
    my $params = sent("data.xml?range=$range");
    my $after = time;
    my ($from, $to) = @$params{qw(BT_FROM BT_TO)};
    is($params->{BT_QUERY}, "range=$range", "$range: canonical");
    ok($from % 60_000_000 == 0 && $to % 60_000_000 == 0, 'whole minutes');
    cmp_ok($to, '>=', $before * 1e6, 'until now');
    cmp_ok($to, '<', $after * 1e6 + 60e6, 'and no further');
    my $length = ($to - $from) / 3600e6;
    ok($length >= $hours{$range} && $length <= $hours{$range} + 1 / 30,
        'the length');
}

my $params = sent('data.xml');
is($params->{BT_QUERY}, '', 'nothing given');
cmp_ok($params->{BT_TO} - $params->{BT_FROM}, '>=', 86400e6, 'default 24 h');
is($params->{BT_TZ}, 'UTC', 'default zone');
is($params->{BT_RANGE_MAX}, 400 * 86400, 'longest range in seconds');
$params = sent('log.xml');
is("$params->{BT_FROM}$params->{BT_TO}", '', 'no default range on log');
$params = sent('data.xml?updated-after=2026-01-01T00:00:00Z');
is("$params->{BT_FROM}$params->{BT_TO}", '', 'none with updated-after');

# Custom ranges: every form, zones, gaps and repeats.
sub window {
    my ($query) = @_;
    my $params = sent("data.xml?range=custom&$query");
    return join ' ', map { defined ? $_ / 1e6 : '' } @$params{qw(BT_FROM BT_TO)};
}
is(window('from=2026-03-01&to=2026-03-02'), '1772323200 1772409600', 'days');
is(window('from=2026-03-01&to=2026-03-02&tz=Asia/Shanghai'),
    '1772294400 1772380800', 'days of a zone');
is(window('from=2026-03-01&to=2026-03-02&tz=-05:00'), '1772341200 1772427600',
    'days of an offset');
is(window('from=2026-03-01T10:00&to=2026-03-01T10:00:01'),
    '1772359200 1772359201', 'minutes and seconds');
is(window('from=2026-03-01T10:00:00Z&to=2026-03-01T12:00:00.5%2B01:00'),
    '1772359200 1772362800.5', 'RFC 3339');
is(window('from=2026-03-01T10:00:00Z&to=2026-03-01T12:00:00+01:00'),
    '1772359200 1772362800', 'a plus in the place of a sign');
is(window('from=2026-03-29T02:30&to=2026-03-29T04:00&tz=Europe/Berlin'),
    '1774746000 1774749600', 'a skipped time is the end of the gap');
is(window('from=2026-10-25T02:30&to=2026-10-25T02:30&tz=Europe/Berlin'),
    '1792888200 1792891800', 'a repeated time: first and second');
$params = sent('data.xml?to=2026-03-02&from=2026-03-01&range=custom&tz=%2B08:00');
is($params->{BT_TZ}, '+08:00', 'zone on the wire');
is($params->{BT_QUERY}, 'range=custom&from=2026-02-28T16:00:00Z'
    . '&to=2026-03-01T16:00:00Z&tz=%2B08:00',
    'canonical: order of the table, times in UTC');

# Everything else reaches the worker in canonical form.
my @canonical = (
    [ 'data', 'size=20&status=FAILED', 'status=FAILED&size=20' ],
    [ 'data', 'status=COMPLETED&status=FAILED',
        'status=FAILED&status=COMPLETED' ],
    [ 'data', 'cluster=&tenant=&size=&range=', '' ],
    [ 'data', 'cluster=pay%2Dcore+01', 'cluster=pay-core%2001' ],
    [ 'data', 'cluster=%E6%9D%8E', 'cluster=%E6%9D%8E' ],
    [ 'data', "cluster=\xe6\x9d\x8e", 'cluster=%E6%9D%8E' ],
    [ 'data', 'cluster=%26%3D%3C%22%27%25_', 'cluster=%26%3D%3C%22%27%25_' ],
    [ 'data', 'mode=FULL&method=LOGICAL', 'mode=FULL&method=LOGICAL' ],
    [ 'data', 'backup-set=0', 'backup-set=0' ],
    [ 'data', 'cluster-id=7&tenant-name=t&group=g',
        'cluster-id=7&tenant-name=t&group=g' ],
    [ 'second', 'kind=LOG', 'kind=LOG' ],
    [ 'audit', 'user=olga&action=stop', 'action=stop&user=olga' ],
    [ 'data', 'size=all', 'size=all' ],
    [ 'data', 'tz=Asia/Shanghai', 'tz=Asia/Shanghai' ],
    [ 'data', '&&range=7d&', 'range=7d' ],
);
for my $case (@canonical) {
    my ($view, $query, $want) = @$case;
    my $answer = ask("$view.xml?$query");
    is($answer->{status}, 200, "$view?$query")
        or diag $answer->{body};
    is($t->params($answer)->{BT_QUERY}, $want, 'canonical') or diag $query;
}
my $answer = ask('data?lang=zh&layout=frame');
like($answer->{body}, qr{BT_QUERY=lang=zh&amp;layout=frame<}, 'lang and layout');
my $long = 'cluster=' . "\xe6\x9d\x8e" x 128;
is(ask("data.xml?$long&tenant=" . '%E6%9D%8E' x 128 . '&group='
    . "\xf0\x9f\x92\xbe" x 128)->{status}, 200,
    'three names of 128 characters');

# Refusals: 400, the parameter's name, both faces.
my @refused = (
    # view, query, parameter
    [ 'data', 'nonsense=1',                 'nonsense' ],
    [ 'data', 'Range=7d',                   'Range' ],
    [ 'data', 'range=2h',                   'range' ],
    [ 'data', 'range=7D',                   'range' ],
    [ 'data', 'range=7d&range=7d',          'range' ],
    [ 'data', 'range=7d&range=1h',          'range' ],
    [ 'data', 'from=2026-01-01',            'from' ],
    [ 'data', 'range=7d&to=2026-01-01',     'to' ],
    [ 'data', 'range=custom',               'from' ],
    [ 'data', 'range=custom&from=2026-01-01', 'to' ],
    [ 'data', 'range=custom&from=2026-01-02&to=2026-01-01', 'from' ],
    [ 'data', 'range=custom&from=2026-01-01&to=2026-01-01', 'from' ],
    [ 'data', 'range=custom&from=2026-02-30&to=2026-03-01', 'from' ],
    [ 'data', 'range=custom&from=2024-01-01&to=2026-01-01', 'range' ],
    [ 'data', 'range=custom&from=1969-12-31&to=1970-01-02', 'from' ],
    [ 'data', 'range=custom&from=2026-01-01&to=2200-01-01', 'to' ],
    [ 'data', 'range=custom&from=2026-01-01T00:00:00.1234567Z&to=2026-01-02',
        'from' ],
    [ 'data', 'tz=Mars/Base',               'tz' ],
    [ 'data', 'tz=%2B15:00',                'tz' ],
    [ 'data', 'status=STOPPED',             'status' ],
    [ 'log',  'status=COMPLETED',           'status' ],
    [ 'data', 'status=failed',              'status' ],
    [ 'data', 'size=0',                     'size' ],
    [ 'data', 'size=-1',                    'size' ],
    [ 'data', 'size=100001',                'size' ],
    [ 'data', 'size=ten',                   'size' ],
    [ 'log',  'mode=FULL',                  'mode' ],
    [ 'log',  'backup-set=1',               'backup-set' ],
    [ 'clusters', 'range=7d',               'range' ],
    [ 'audit', 'status=DONE',               'status' ],
    [ 'data', 'cluster=' . 'x' x 129,       'cluster' ],
    [ 'data', 'cluster=%FF',                'cluster' ],
    [ 'data', 'cluster=%ED%A0%80',          'cluster' ],
    [ 'data', 'cluster=a%00b',              'cluster' ],
    [ 'data', 'cluster=%4',                 'cluster' ],
    [ 'data', 'cluster=%zz',                'cluster' ],
    [ 'data', 'cluster-id=x',               'cluster-id' ],
    [ 'data', 'cluster-id=9007199254740993', 'cluster-id' ],
    [ 'data', 'after=nonsense',             'after' ],
    [ 'data', 'after=' . 'A' x 300,         'after' ],
    [ 'data/1', 'range=7d',                 'range' ],
    [ 'log/1/stop', 'id=2',                 'id' ],
);
for my $case (@refused) {
    my ($view, $query, $parameter) = @$case;
    my $short = substr $query, 0, 60;
    for my $suffix ('', '.xml') {
        my $answer = ask("$view$suffix?$query");
        is($answer->{status}, 400, "$view$suffix?$short");
        my $field = $t->error_fields($answer);
        is_deeply([ @$field{qw(code parameter status)} ],
            [ 'BAD_PARAMETER', $parameter, 400 ], "names $parameter");
    }
}
is(ask('data?size=501')->{status}, 400, 'a page has at most 500 rows');
is(ask('data?updated-after=2026-01-01T00:00:00Z')->{status}, 400,
    'updated-after is for feeds');
is(ask('data.xml?lang=zh')->{status}, 400, 'lang is for pages');
is(ask('data?%3Cscript%3E=1')->{status}, 400, 'a name with markup');
unlike(ask('data.xml?%3Cscript%3E%26=1')->{body}, qr/<script/, 'is escaped');
is($t->xmllint(ask("data.xml?%01%02\xff<&>'\"=1")->{body}), '',
    'and the document stays well-formed');
is(ask('data?' . 'x' x 7000)->{status}, 400, 'a name of 7000 bytes');
is(ask('data?' . 'range=7d&' x 800)->{status}, 400, 'one name 800 times');
is(ask('data?' . '&' x 7000)->{status}, 200, 'empty pairs');
is(ask('data.xml?status=' . join '&status=', ('FAILED') x 400)->{status}, 200,
    'a repeatable one 400 times');
is(ask('data?' . 'x' x 9000)->{status}, 414, 'longer than nginx reads');

# A cursor belongs to one list.
my $cursor = 'MQ';
is(ask("clusters?after=$cursor")->{status}, 400, 'no cursor of ours');
is(ask("data?after=$cursor&before=$cursor")->{status}, 400, 'both directions');

is(ask('health?anything=goes')->{status}, 400, 'health has no other parameter');
$t->end;

# What the operator sets.
$t = BackupTasks::Module->new(
    location => 'backup_tasks_time_zone Asia/Shanghai; '
        . 'backup_tasks_range_max 10d; '
        . 'backup_tasks_public_base https://Portal.Example:443/ops/backup;');
$params = sent('data.xml?range=custom&from=2026-03-01&to=2026-03-02');
is($params->{BT_TZ}, 'Asia/Shanghai', 'default zone of the operator');
is($params->{BT_FROM}, '1772294400000000', 'reads local times in it');
is($params->{BT_QUERY}, 'range=custom&from=2026-02-28T16:00:00Z'
    . '&to=2026-03-01T16:00:00Z', 'and is not written');
is($params->{BT_RANGE_MAX}, 864000, 'longest range');
is($params->{BT_BASE}, '/ops/backup/', 'public base');
is(ask('data?range=30d')->{status}, 400, 'a preset longer than the longest');
like(ask('data.xml?range=30d')->{body}, qr/tz="Asia\/Shanghai"/,
    'the zone is in the refusal');
like(ask('data.xml?range=30d&tz=Europe/Berlin')->{body}, qr/tz="Europe\/Berlin"/,
    'that of the reader, where it is good');
is(ask('')->{headers}{location}, 'https://portal.example/ops/backup/data',
    'the root leads to the public base');
is($t->sheet_params(ask('data'))->{base}, '/ops/backup/', 'base of links');
is($t->sheet_params($t->get('/backup/data'))->{base}, '/ops/backup/',
    'on a 401 page, too');

$t->done;
