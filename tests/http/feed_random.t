#!/usr/bin/perl
# feed_random.t: whatever stands in the records, every document is valid.
#
# BT_CASES: how many documents (400; 100,000 with BT_LONG).  BT_SEED repeats a
# run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;

my $cases = $ENV{BT_CASES} || ($ENV{BT_LONG} ? 100_000 : 400);
my $seed = $ENV{BT_SEED} || time;
my $round = 200;                # documents between two changes of all records
srand $seed;
note("BT_SEED=$seed");

my $t = BackupTasks->new(sample => 150)->start;

sub pick { return $_[ rand @_ ] }

# --- random values, as SQL ---------------------------------------------------

# One of these expressions, for each row anew.
sub any {
    return 'ELT(1 + FLOOR(RAND() * ' . @_ . '), ' . join(', ', @_) . ')';
}

# A number or time: ELT would make a text of it.
sub any_value {
    my ($last, @rest) = reverse @_;
    my $n = 1;
    my $sql = $last;
    $sql = 'IF(RAND() < ' . 1 / ++$n . ", $_, $sql)" for @rest;
    return $sql;
}

sub codes { return any(map({ "'$_'" } @_), "'HIBERNATING_7'") }

# What XML, browsers and spreadsheets trip over.
sub text {
    my ($columns, @more) = @_;
    my @texts = ("'plain'", "'x'", "'  blanks  '", "_utf8mb4 x'0102031b7f'",
        "_utf8mb4 x'0d0a09'", "_utf8mb4 x'efbfbeefbfbf'",
        "_utf8mb4 x'f09f928ae4b8ade69687'", "']]>'", "'<&>\"'''",
        "'&#0;&amp;'", "'=1+2'", "'<!--'", "_utf8mb4 x'c285e280a8'",
        "_utf8mb4 x'd8b9d8b1'", "REPEAT('w', " . ($columns - 1) . ')', @more);
    return any_value(@texts, 'NULL', 'NULL');
}

my $time = any_value('UTC_TIMESTAMP(6) - INTERVAL RAND() * 90000 SECOND',
    "'1970-01-01 00:00:00.000000'", "'1000-01-01 00:00:00.000001'",
    "'9999-12-31 23:59:59.999999'", 'NULL');
my $number = any_value('FLOOR(RAND() * 1000000)', '0', '9223372036854775807',
    'NULL');
my $latency = any_value('FLOOR(RAND() * 1000000)', '-3', 'NULL');
my $percent = any_value('RAND() * 100', '0', '100', '12.50', 'NULL');
my @data = qw(IN_PROGRESS FAILED COMPLETED UNKNOWN);
my @log = qw(STARTING IN_PROGRESS STOPPING STOPPED FAILED INTERRUPTED UNKNOWN);
my @cleanup = qw(PENDING EXECUTING FAILED COMPLETED UNKNOWN);
my @second = qw(SCHEDULING IN_PROGRESS CLEANING COMPLETED CANCELED FAILED
    STOPPED UNKNOWN);
my @commands = qw(REQUESTED RUNNING DONE FAILED EXPIRED CANCELED);

my %common = (start_time => $time, end_time => $time, status_since => $time,
    raw_status => text(64));
my $place = text(2048, "'oss://bucket/a b?c'");
my %table = (
    clusters => { ob_name => text(128), ob_id => $number, version => text(64),
        observed => $time, stale_reason => text(512),
        simulated => 'RAND() < 0.5', paused => 'RAND() < 0.5',
        name => 'CONCAT(id, ' . any("'<'", "'&'", "_utf8mb4 x'e4b8ad'",
            "_utf8mb4 x'01'", "'x'") . ')' },
    tenants => { role => text(32), log_mode => text(32), last_full => $time,
        last_incremental => $time, restorable_from => $time,
        restorable_to => $time, last_data_status => codes(@data),
        last_data_at => $time },
    data_tasks => { %common, mode => any("'FULL'", "'INCREMENTAL'", 'NULL'),
        method => any("'PHYSICAL'", "'LOGICAL'", 'NULL'),
        status => codes(@data), backup_set_id => $number,
        source => text(128), progress_percent => $percent,
        second_backups => 'FLOOR(RAND() * 4)', data_version => $number,
        storage_directory => $place, size_bytes => $number,
        set_state => any("'AVAILABLE'", "'NEW_STATE'", 'NULL'),
        restorable_from => $time, restorable_to => $time },
    data_task_tenants => { raw_status => text(64), start_time => $time,
        end_time => $time, status => codes(@data),
        progress_percent => $percent, size_bytes => $number },
    cleanup_tasks => { %common, type => text(64), status => codes(@cleanup),
        items_total => $number, items_done => $number },
    second_backups => { %common, status => codes(@second),
        backup_set_id => $number, latest_backup_time => $time,
        storage_directory => $place },
    log_backups => { raw_status => text(64), start_time => $time,
        status_since => $time, status => codes(@log), host => text(255),
        method => any("'PHYSICAL'", "'LOGICAL'", 'NULL'),
        latest_backup_time => $time, latency_seconds => $latency,
        observed => $time, storage_directory => $place,
        last_command_id => 'IF(RAND() < 0.3, NULL, (SELECT MAX(id) FROM'
            . ' commands))' },
    log_rounds => { raw_status => text(64), start_time => $time,
        end_time => $time, checkpoint => $time, status => codes(@log) },
    log_gaps => { gap_to => $time },
    causes => { code => text(64, "'-9040'", "'CANCELED'"), stage => text(64),
        text => text(20_000), trace_id => text(128) },
    acknowledgements => { reason => text(1024) },
    commands => { state => codes(@commands), started_at => $time,
        ended_at => $time, canceled_by => text(128), result => text(20_000) },
);

# Grants what the sample does not have: acknowledgements, and commands by acts.
$t->sql('INSERT IGNORE INTO acknowledgements SELECT id, ' . any("'li.wei'",
    "_utf8mb4 x'01e4b8ad'", "'<x>'") . ', UTC_TIMESTAMP(6), NULL FROM'
    . ' record_keys WHERE id % 3 = 0');
for my $row ($t->sql("SELECT id FROM log_backups WHERE status = 'IN_PROGRESS'"
        . ' LIMIT 5')) {
    my $form = $t->get("/backup/log/$row->[0]/stop", user => 'operator');
    my ($csrf) = $form->{body} =~ /name="csrf"[^>]*value="([^"]+)"/;
    is($t->post("/backup/log/$row->[0]/stop", { csrf => $csrf // '',
        'expected-state' => 'IN_PROGRESS', 'idempotency-key' =>
        sprintf '%032x', $row->[0] }, user => 'operator')->{status}, 303,
        'a command');
}

my $yesterday = $t->value('SELECT UTC_DATE() - INTERVAL 1 DAY');

# A report is never written anew while it is there.
sub report_anew {
    $t->sql("DELETE FROM $_") for qw(report_parts reports);
    my ($status, $text) = $t->ctl('report', 'write', '--day', $yesterday,
        '--report-sheet', $t->root . '/xslt/report.xsl');
    fail("a report: $text") if $status;
    return;
}

# ELT gives NULL now and then where a column must not have it: those stay.
sub shuffle_records {
    for my $table (sort keys %table) {
        my $columns = $table{$table};
        $t->sql("UPDATE IGNORE $table SET " . join ', ', map {
            "$_ = $columns->{$_}" } sort keys %$columns);
    }
    report_anew();
    return;
}

# --- notifications: an agent tells of what it sees ---------------------------

my %roots;

# Its documents stand beside those of the page, whole or not at all; the clusters
# are nobody's, so that what they say stays as it was shuffled.
sub start_telling {
    my $dir = $t->dir;
    $t->sql('DELETE FROM cluster_access');
    $t->_write("$dir/tell", "#!/bin/sh\ncat > $dir/tmp/told.\$\$ && mkdir -p"
        . " $dir/documents && mv $dir/tmp/told.\$\$"
        . " $dir/documents/told-\$\$.xml\n");
    chmod 0755, "$dir/tell";
    $t->start_agent(options => [ '--notify', "$dir/tell", '--notify-delay', 1,
        '--notify-interval', 2 ]);
    return;
}

sub count_told {
    for my $path (glob $t->dir . '/documents/told-*.xml') {
        $roots{$1}++ if $t->read_file($path) =~ /<([\w-]+) xmlns=/;
    }
    return;
}

# --- random documents --------------------------------------------------------

my %ids = map { my ($view, $table) = @$_;
    ($view => [ map { $_->[0] } $t->sql("SELECT id FROM $table LIMIT 400") ])
} [ data => 'data_tasks' ], [ log => 'log_backups' ],
    [ cleanup => 'cleanup_tasks' ], [ second => 'second_backups' ],
    [ clusters => 'clusters' ], [ commands => 'commands' ];

my @views = (qw(data log cleanup second clusters commands audit reports));
my @zones = ('UTC', 'Asia/Shanghai', '%2B05:45', 'America/St_Johns');

sub list_path {
    my $view = pick(@views);
    my @query = ('size=' . pick(1, 3, 20, 600, 'all'));
    push @query, 'range=' . pick(qw(1h 24h 7d 30d)) if $view ne 'clusters';
    push @query, 'tz=' . pick(@zones) if rand() < 0.3;
    push @query, 'cluster=' . pick('x', '1', '%3C', '%01', 'zz') if rand() < 0.2;
    push @query, 'nonsense=%FF' if rand() < 0.05;
    return "$view.xml?" . join '&', @query;
}

sub record_path {
    my $view = pick(sort keys %ids);
    return "$view/" . pick(@{ $ids{$view} }, 999_999_999) . '.xml?tz='
        . pick(@zones);
}

sub other_path {
    my $log = 'log/' . pick(@{ $ids{log} });
    my $data = 'data/' . pick(@{ $ids{data} });
    return pick("$log/" . pick(qw(start stop restart acknowledge)),
        "$data/cause", "$data/second", "$data/acknowledge",
        'commands/' . pick(@{ $ids{commands} }) . '/cancel',
        "reports/$yesterday", 'health') . '.xml';
}

my %statuses;
my ($valid, $wrong, $replaced) = (0, 0, 0);
start_telling();
for my $case (1 .. $cases) {
    shuffle_records() if $case % $round == 1;
    my $path = rand() < 0.4 ? list_path() : rand() < 0.5 ? record_path()
        : other_path();
    my $answer = $t->get("/backup/$path", user => 'operator');
    $statuses{ $answer->{status} }++;
    my ($root) = $answer->{body} =~ /<([\w-]+) xmlns=/;
    $roots{ $root // 'none' }++;
    $replaced++ if $answer->{body} =~ / replaced="true"/;
    if ($answer->{status} !~ /^(?:200|400|404)$/) {
        fail("$path: $answer->{status}");
        last if ++$wrong == 10;
    }
    next if $case % $round && $case < $cases;
    $t->wait_until(sub { glob $t->dir . '/documents/told-*.xml' })
        if !$roots{notification};
    count_told();
    my ($count, $faults) = $t->check_documents;
    $valid += $count;
    next if $faults eq '';
    is($faults, '', "documents up to case $case");
    last;
}
cmp_ok($valid, '>=', $cases, "$valid documents are valid: "
    . join ', ', map { "$_ $statuses{$_}" } sort keys %statuses);
cmp_ok($replaced, '>', 0, 'texts that XML forbids are among them');
my @roots = $t->read_file($t->root . '/schema/feed/feed.xsd')
    =~ /^  <xs:element name="([\w-]+)"/mg;
is(join(' ', sort keys %roots), join(' ', sort @roots),
    'documents of every root of the schema') if $cases >= 400;
note(join ', ', map { "$_ $roots{$_}" } sort keys %roots);

$t->stop_agent;
$t->done;
