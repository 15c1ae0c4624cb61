#!/usr/bin/perl
# metrics.t: what Prometheus reads: its format to the letter, true values, the reader's scope.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use Test::More;

my $t = BackupTasks->new(sample => 200)->start;
my $records = BackupTasks::Records->new($t);
my $worker = BackupTasks::Worker->new($t);

# The text format, strictly: { name => { "label=value|..." => value } }.
sub metrics_parse {
    my ($text) = @_;
    my (%metric, %type, $current);
    for my $line (split /\n/, $text) {
        if ($line =~ /^# HELP ([a-z_]+) \S.*$/) {
            die "$1 stands twice\n" if $metric{$1};
            $metric{ $current = $1 } = {};
        } elsif ($line =~ /^# TYPE ([a-z_]+) gauge$/) {
            die "type of $1\n" if $1 ne $current || $type{$1}++;
        } elsif ($line =~ /^([a-z_]+)(?:\{(.*)\})? (-?\d+(?:\.\d+)?)$/) {
            my ($name, $labels, $value) = ($1, $2 // '', $3);
            die "$name outside of its metric\n"
                if $name ne $current || !$type{$name};
            my @labels;
            while ($labels =~ /\G(?:^|,)([a-z]+)="((?:[^"\\\n]|\\[n"\\])*)"/gc) {
                push @labels, "$1=$2";
            }
            die "labels $labels\n" if (pos($labels) // 0) != length $labels;
            my $key = join '|', @labels;
            die "$name $key stands twice\n" if exists $metric{$name}{$key};
            $metric{$name}{$key} = $value;
        } else {
            die "not a line: $line\n" if $line ne '# EOF';
        }
    }
    return \%metric;
}

sub promtool {
    my ($text) = @_;
    my $file = $t->dir . '/tmp/metrics';
    $t->_write($file, $text);
    my ($status, $out) = $t->run_program('sh', '-c',
        "promtool check metrics < $file");
    return "$status $out";
}

# --- hostile names -----------------------------------------------------------

my $cluster = $records->add_cluster(name => "new\nline \"and\" \\ more",
    adapter => 'oceanbase4');
my @names = ("a\nb", 'say "x"', 'back\\slash', "\x01", "\x02", "\x{4e2d}", 'x}',
    "cr\rlf\n", 'a=b,c="d"');
for my $name (@names, 'twice', 'twice') {
    my $tenant = $records->add_tenant(cluster_id => $cluster, name => $name);
    $records->add(log => cluster_id => $cluster, tenant_id => $tenant,
        start_time => '2026-11-01 00:00:00', status => 'IN_PROGRESS',
        latency_seconds => 7, observed => '2026-11-22 00:00:00') for 1, 2;
}

# --- both formats ------------------------------------------------------------

my $answer = $t->get('/backup/metrics', user => 'feed');
is($answer->{status}, 200, 'metrics');
is($answer->{headers}{'content-type'},
    'text/plain; version=0.0.4; charset=utf-8', 'as text');
like($answer->{headers}{vary}, qr/Accept/, 'Vary');
my $got = eval { metrics_parse($answer->{body}) } || {};
is($@, '', 'is well-formed');
unlike($answer->{body}, qr/# EOF/, 'no end in this format');

my $prometheus = 'application/openmetrics-text;version=1.0.0,'
    . 'application/openmetrics-text;version=0.0.1;q=0.75,text/plain;'
    . 'version=0.0.4;q=0.5,*/*;q=0.1';
my $open = $t->get('/backup/metrics', user => 'feed',
    headers => { Accept => $prometheus });
is($open->{headers}{'content-type'}, 'application/openmetrics-text;'
    . ' version=1.0.0; charset=utf-8', 'as OpenMetrics');
like($open->{body}, qr/\n# EOF\n\z/, 'with its end');
is_deeply([ sort keys %{ metrics_parse($open->{body}) } ], [ sort keys %$got ],
    'the same metrics');
for my $accept ('*/*', $prometheus) {
    is($t->get('/backup/metrics', user => 'feed', headers => {
        Accept => $accept, 'Accept-Encoding' => 'gzip',
    })->{headers}{'content-encoding'}, 'gzip', "compressed for $accept");
}
for my $accept ('text/plain', '*/*', 'application/openmetrics-text;q=0',
        'application/openmetrics', '') {
    like($t->get('/backup/metrics', user => 'feed', headers =>
        { Accept => $accept })->{headers}{'content-type'},
        qr{^text/plain}, "Accept: $accept");
}

SKIP: {
    skip 'promtool is not installed', 1
        if !grep { -x "$_/promtool" } split /:/, $ENV{PATH};
    is(promtool($answer->{body}), '0 ', 'promtool has nothing to say');
}

# --- documented --------------------------------------------------------------

my ($section) = $t->read_file($t->root . '/docs/contract.md')
    =~ /^\*\*Metrics\.\*\*(.*?)^\*\*/ms;
my %told = map { /^\| `(\w+)` \| ([\w ]+) \|/ ? ($1 => $2) : () }
    split /\n/, $section;
$t->sql("INSERT INTO agents (name, version, started, last_seen) VALUES"
    . " ('one', '0.1', UTC_TIMESTAMP(6), '2026-11-22 10:00:00.25')");
$got = metrics_parse($t->get('/backup/metrics', user => 'feed')->{body});
is_deeply([ sort keys %told ], [ sort keys %$got ], 'the contract has them all');
for my $name (sort keys %told) {
    my %labels = map { join(' ', map { /^(\w+)=/ } split /\|/) => 1 }
        keys %{ $got->{$name} };
    is(join('; ', sort keys %labels), $told{$name}, "labels of $name");
}

# --- true values -------------------------------------------------------------

sub number { my ($sql) = @_; return 0 + ($t->value($sql) // 0) }

for my $row ($t->sql('SELECT c.name, n.name, UNIX_TIMESTAMP(n.last_full),'
        . ' UNIX_TIMESTAMP(n.last_incremental), n.last_full IS NULL,'
        . ' n.last_incremental IS NULL FROM tenants n JOIN clusters c'
        . ' ON c.id = n.cluster_id AND c.incarnation = n.incarnation'
        . " WHERE c.id <> $cluster")) {
    my ($place, @at) = ("cluster=$row->[0]|tenant=$row->[1]", @$row[ 2 .. 5 ]);
    $place =~ s/([\\"])/\\$1/g;
    for my $mode ([ FULL => @at[ 0, 2 ] ], [ INCREMENTAL => @at[ 1, 3 ] ]) {
        my ($name, $wanted, $none) = @$mode;
        my $value = $got->{backup_tasks_last_success_timestamp_seconds}
            {"$place|mode=$name"};
        is($value, $none ? undef : $wanted, "last $name of $place");
    }
}
is($got->{backup_tasks_agent_seen_timestamp_seconds}{'agent=one'},
    '1795341600.250000', 'an agent');
my %log = map { $_->[0] => $_->[1] } $t->sql('SELECT status, COUNT(*) FROM'
    . ' log_backups GROUP BY status');
is($got->{backup_tasks_tasks}{"kind=log|status=$_"}, $log{$_},
    "log backups that are $_") for sort keys %log;
is($got->{backup_tasks_tasks}{'kind=data|status=FAILED'}, number('SELECT'
    . " COUNT(*) FROM data_tasks WHERE status = 'FAILED' AND listed_at >="
    . ' UTC_TIMESTAMP(6) - INTERVAL 1 DAY'), 'failed data tasks of a day');
is(scalar keys %{ $got->{backup_tasks_cluster_status} },
    number('SELECT COUNT(*) FROM clusters'), 'each cluster has one status');
my ($lag) = grep { /tenant=twice/ } keys %{ $got->{backup_tasks_log_lag_seconds} };
cmp_ok(abs($got->{backup_tasks_log_lag_seconds}{$lag} - 7 - time
    + 1795305600), '<', 60, 'the lag grows with the age of the observation');
is(scalar(grep { /tenant=(?!twice)/ && /new\\nline/ }
    keys %{ $got->{backup_tasks_log_status} }), @names - 1,
    'hostile names, each once');

# --- scope -------------------------------------------------------------------

my ($one) = map { $_->[0] } $t->sql("SELECT name FROM clusters WHERE id <>"
    . " $cluster AND name NOT LIKE '% %' LIMIT 1");
my $part = metrics_parse($worker->ask('metrics', '', format => 'text',
    scope => $one)->{body});
is(join(' ', sort { $a cmp $b } map { /cluster=([^|]*)/ ? $1 : () }
    keys %{ $part->{backup_tasks_cluster_status} }), $one,
    'a cluster of the scope and no other');
is(join(' ', grep { !/^cluster=\Q$one\E\|/ } map { keys %$_ }
    @$part{grep { /last_success|log_/ } keys %$part}), '',
    'and no other tenants');
ok(!$part->{backup_tasks_agent_seen_timestamp_seconds}, 'no agents');
is($part->{backup_tasks_tasks}{'kind=log|status=IN_PROGRESS'}, number('SELECT'
    . ' COUNT(*) FROM log_backups l JOIN clusters c ON c.id = l.cluster_id'
    . " WHERE l.status = 'IN_PROGRESS' AND c.name = '$one'"), 'their counts');

# --- errors ------------------------------------------------------------------

is($t->get('/backup/metrics')->{status}, 401, 'nobody');
$t->stop_db;
my $away = $t->get('/backup/metrics', user => 'feed');
is($away->{status}, 503, 'no store');
like($away->{headers}{'content-type'}, qr{^application/xml}, 'an error document');

$t->done;
