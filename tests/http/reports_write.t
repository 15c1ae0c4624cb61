#!/usr/bin/perl
# reports_write.t: when daily reports are written, by whom, and that they are whole or not there.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use FindBin;
use IO::Select;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use POSIX ();
use Test::More;

my $t = BackupTasks->new(reports => 1)->start('db');
my $records = BackupTasks::Records->new($t);
my @sheet = ('--report-sheet', $t->root . '/xslt/report.xsl');

sub report {
    my ($command, @options) = @_;
    return $t->ctl('report', $command, @options,
        $command eq 'write' ? @sheet : ());
}

sub days {
    my ($group) = @_;
    return join ' ', map { $_->[0] } $t->sql('SELECT day FROM reports WHERE'
        . " group_name = '" . ($group // '') . "' ORDER BY day");
}

# A zone in which it is now some minutes after midnight.
sub zone_where {
    my ($minutes) = @_;
    my (undef, $minute, $hour) = gmtime;
    my $east = ($minutes - 60 * $hour - $minute) % 1440;
    $east -= 1440 if $east > 14 * 60;
    return sprintf '%s%02d:%02d', $east < 0 ? '-' : '+', abs($east) / 60,
        abs($east) % 60;
}

# The day that it is in a zone, some days ago.
sub day_in {
    my ($zone, $ago) = @_;
    my ($sign, $hours, $minutes) = $zone =~ /^([+-])(\d\d):(\d\d)$/;
    my $east = ($hours * 60 + $minutes) * ($sign eq '-' ? -60 : 60);
    return POSIX::strftime('%Y-%m-%d', gmtime(time + $east - $ago * 86400));
}

sub start_again {
    $t->sql("DELETE FROM $_") for qw(reports report_parts);
    return;
}

# --- nothing to tell ------------------------------------------------------------

is((report('write'))[1], "0 reports were written\n", 'no records, no reports');
my $cluster = $records->add_cluster(name => 'c', version => '4.2.1.0');
is((report('write'))[1], "0 reports were written\n", 'as with a cluster alone');

# --- which day is due -----------------------------------------------------------

my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'shop');
$t->sql('SET @ago = UTC_TIMESTAMP(6) - INTERVAL 60 HOUR');
my $task = $records->add(data => cluster_id => $cluster, tenant_id => $tenant,
    start_time => $t->value('SELECT @ago'), status => 'IN_PROGRESS',
    mode => 'FULL');
my $early = zone_where(5);
is((report('write', '--zone', $early))[0], 0, 'five minutes after midnight');
is(days(), join(' ', map { day_in($early, $_) } 3, 2),
    'yesterday has to wait');
start_again();

my $zone = zone_where(40);
$t->sql('UPDATE clusters SET observed = UTC_TIMESTAMP(6) - INTERVAL 2 HOUR');
is((report('write', '--zone', $zone))[0], 0, '40 minutes after midnight');
is(days(), join(' ', map { day_in($zone, $_) } 3, 2),
    'a cluster has not answered since');
$t->sql('UPDATE clusters SET observed = UTC_TIMESTAMP(6)');
like((report('write', '--zone', $zone))[1], qr/^1 reports were written$/m,
    'it has');
is(days(), join(' ', map { day_in($zone, $_) } 3, 2, 1), 'the day is over');
start_again();

$t->sql('UPDATE clusters SET observed = UTC_TIMESTAMP(6) - INTERVAL 9 HOUR');
my $late = zone_where(6 * 60 + 20);
is((report('write', '--zone', $late))[0], 0, 'six hours after midnight');
is(days(), join(' ', map { day_in($late, $_) } 3, 2, 1),
    'it is waited for no longer');
start_again();
$t->sql('UPDATE clusters SET observed = UTC_TIMESTAMP(6) - INTERVAL 9 HOUR,'
    . ' paused = 1');
is((report('write', '--zone', $zone))[0], 0, 'a paused cluster');
is(days(), join(' ', map { day_in($zone, $_) } 3, 2, 1),
    'is not waited for');
start_again();

# --- days of another zone -------------------------------------------------------

# On 2026-03-29 Berlin has 23 hours, from 23:00 UTC to 22:00 UTC, and on
# 2025-10-26 25 hours; in Santiago 2026-09-06 begins at 1:00.
for my $case ([ 'Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00',
        '2026-03-29T22:00:00', '2026-03-29T00:00:00+01:00' ],
    [ 'Europe/Berlin', '2025-10-26', '2025-10-25T22:00:00',
        '2025-10-26T23:00:00', '2025-10-26T00:00:00+02:00' ],
    [ 'America/Santiago', '2026-09-06', '2026-09-06T04:00:00',
        '2026-09-07T03:00:00', '2026-09-06T01:00:00-03:00' ])
{
    my ($name, $day, $from, $to, $local) = @$case;
    my @ids = map { $records->add(data => cluster_id => $cluster,
        tenant_id => $tenant, status => 'COMPLETED', mode => 'FULL',
        start_time => $_) } map { (my $at = $_) =~ tr/T/ /; $at }
        $from, $to;
    is((report('write', '--day', $day, '--zone', $name, '--language', 'zh'))[0],
        0, "$name $day");
    my $text = $t->value("SELECT data FROM report_parts WHERE day = '$day'"
        . " AND format = 'xml'");
    my $root = $t->xml($text);
    is($root->text('from'), "$from.000000Z", "$day: begins");
    is($root->find('from')->attr('local'), $local, "$day: there");
    is($root->text('to'), "$to.000000Z", "$day: ends");
    is(join(' ', map { $_->text('id') } $root->find('data-backup-tasks/task')),
        $ids[0], "$day: its tasks");
    $text = $t->value("SELECT data FROM report_parts WHERE day = '$day'"
        . " AND format = 'html'");
    like($text, qr/^<!DOCTYPE html>.*<html lang="zh-CN">.*$day/s,
        "$day: in Chinese");
}
start_again();

# --- the worker does it by itself, several at once --------------------------------

$t->sql("INSERT INTO cluster_groups (cluster_id, name) VALUES ($cluster, 'g'),"
    . " ($cluster, 'h')");
$t->sql('UPDATE clusters SET observed = UTC_TIMESTAMP(6), paused = 0');
my @pids;
for (1 .. 4) {
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDOUT, '>>', $t->dir . '/log/ctl.out';
        open STDERR, '>&', \*STDOUT;
        exec $t->build . '/backup-tasks-ctl', '--store', $t->store, 'report',
            'write', @sheet or POSIX::_exit(127);
    }
    push @pids, $pid;
}
$t->start('worker');
my $failed = 0;
for my $pid (@pids) {
    waitpid $pid, 0;
    $failed += $? != 0;
}
is($failed, 0, 'four writers and a worker');
my $days = $t->value("SELECT COUNT(*) FROM reports WHERE group_name = ''");
ok($t->wait_until(sub { $t->value('SELECT COUNT(*) FROM reports')
    == 3 * $days }), 'all days of all groups');
cmp_ok($days, '<=', 31, 'at most a month back');
cmp_ok($days, '>=', 30, 'and a month');
my ($status, $text) = report('verify');
is($status, 0, 'each whole');
like($text, qr/^@{[ 9 * $days ]} documents are/m, 'and once');

# The worker makes up for a day that is missing.
my $missing = $t->value('SELECT MIN(day) FROM reports');
$t->stop_worker;
$t->sql("DELETE FROM $_ WHERE day = '$missing' AND group_name = 'g'")
    for qw(reports report_parts);
$t->start_worker;
ok($t->wait_until(sub { $t->value('SELECT COUNT(*) FROM reports')
    == 3 * $days }), 'a missed day is made up for');
$t->stop_worker;

# --- killed in the middle, and much of it ------------------------------------------

start_again();
$t->sql('DELETE FROM cluster_groups');
my $count = 20_000;
$records->_change(sub {
    my ($number) = @_;
    $t->sql('INSERT INTO data_tasks (listed_at, id, cluster_id, tenant_id,'
        . ' source_id, mode, method, start_time, end_time, status,'
        . " storage_directory, updated, change_no) SELECT '2026-05-05' +"
        . " INTERVAL seq SECOND, 1000000 + seq, $cluster, $tenant,"
        . " CONCAT('m', seq), 'FULL', 'PHYSICAL', '2026-05-05' + INTERVAL seq"
        . " SECOND, '2026-05-05' + INTERVAL seq + 5 SECOND, 'COMPLETED',"
        . " CONCAT('file:///', REPEAT('x', 900)), UTC_TIMESTAMP(6), $number"
        . " FROM seq_1_to_$count");
});

sub start_writer {
    my ($day) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    open STDOUT, '>>', $t->dir . '/log/ctl.out';
    open STDERR, '>&', \*STDOUT;
    exec $t->build . '/backup-tasks-ctl', '--store', $t->store, 'report',
        'write', '--day', $day, @sheet or POSIX::_exit(127);
}

# Transactions of the store; its view of them is renewed only for somebody who
# has not looked for 0.1 s.
sub transactions {
    my ($where) = @_;
    Time::HiRes::sleep(0.15);
    return $t->value('SELECT COUNT(*) FROM information_schema.innodb_trx'
        . " WHERE $where");
}

# It cannot end: the change number, its last act, is locked.
$t->sql('BEGIN');
$t->sql('SELECT number FROM change_counter WHERE id = 1 FOR UPDATE');
my $pid = start_writer('2026-05-05');
ok($t->wait_until(sub {
    transactions("trx_state = 'LOCK WAIT' AND trx_rows_modified >= 3")
}), 'parts have been added');
kill 'KILL', $pid;
waitpid $pid, 0;
$t->sql('ROLLBACK');
ok($t->wait_until(sub { !transactions('trx_rows_modified > 0') }),
    'its writer is killed');
is($t->value("SELECT COUNT(*) FROM $_"), 0, "nothing half in $_")
    for qw(reports report_parts);

# The most memory that a writer of a day ever had, in kB.
sub peak_of {
    my ($day) = @_;
    my $pid = start_writer($day);
    my $peak = 0;
    while (waitpid($pid, POSIX::WNOHANG()) == 0) {
        my ($now) = $t->read_file("/proc/$pid/status") =~ /^VmHWM:\s+(\d+)/m;
        $peak = $now if ($now // 0) > $peak;
        Time::HiRes::sleep(0.005);
    }
    is($?, 0, "$day: written");
    return $peak;
}

my $small = peak_of('2026-05-06');
my $large = peak_of('2026-05-05');
SKIP: {
    skip 'sanitizers keep memory', 1 if $ENV{SAN};
    cmp_ok($large - $small, '<', 48 * 1024, 'memory is bounded') or
        diag("$small kB, $large kB");
}
is($t->value("SELECT rows_count FROM reports WHERE day = '2026-05-05'"), $count,
    'all rows');
cmp_ok($t->value("SELECT COUNT(*) FROM report_parts WHERE day = '2026-05-05'"
    . " AND format = 'xml'"), '>=', 8, 'in many parts');
is($t->value('SELECT MAX(LENGTH(data)) FROM report_parts'), 1024 * 1024,
    'of at most 1 MB');
is((report('verify'))[0], 0, 'each as its sum');

# --- on its way to a reader ----------------------------------------------------------

$t->start('worker', 'nginx');
for my $suffix ('', '.xml', '.csv') {
    my $format = $suffix ? substr $suffix, 1 : 'html';
    my $answer = $t->get("/backup/reports/2026-05-05$suffix",
        user => 'auditor');
    ok($answer->{complete}, "$format: whole");
    is(sha256_hex($answer->{body}), $t->value("SELECT ${format}_sha256 FROM"
        . " reports WHERE day = '2026-05-05'"), "$format: its sum");
}
is(scalar(() = $t->get('/backup/reports/2026-05-05', user => 'auditor')->{body}
    =~ /<tr>/g), $count + 40 + 2, 'the page has all rows');
my $head = $t->head('/backup/reports/2026-05-05.xml', user => 'auditor');
is($head->{status}, 200, 'HEAD');
is($head->{body}, '', 'HEAD: no body');

# A store that goes away, or a part that does: the transfer breaks off.
my $call = $t->open_get('/backup/reports/2026-05-05.xml', user => 'auditor');
ok(IO::Select->new($call->{socket})->can_read(20), 'the first bytes are here');
$t->kill_db;
my $answer = $t->finish($call);
is($answer->{status}, 200, 'store killed: begun');
ok(!$answer->{complete}, 'and broken off');
$t->start_db;
$t->sql("DELETE FROM report_parts WHERE format = 'csv' AND part = 3");
$answer = $t->get('/backup/reports/2026-05-05.csv', user => 'auditor');
is($answer->{status}, 200, 'a part has gone: begins');
ok(!$answer->{complete}, 'and breaks off');
is((report('verify'))[0], 1, 'verify tells');

# --- a worker that cannot ------------------------------------------------------------

$t->stop_worker;
$t->{worker_options} = [ '--report-sheet', '/nowhere/report.xsl' ];
$t->start('worker');
ok($t->wait_until(sub { $t->log('worker')
    =~ m{no daily reports are written: the sheet of reports /nowhere} }),
    'without a sheet it says so');
is($t->get('/backup/reports', user => 'auditor')->{status}, 200,
    'and serves what there is');
for my $bad ([ '--report-zone', 'Mars/Base' ], [ '--report-language', 'fr' ]) {
    my ($code) = $t->run_program($t->build . '/backup-tasks-worker', '--socket',
        $t->dir . '/x.sock', '--store', $t->store, @$bad);
    is($code, 1, "@$bad: refused at once");
}

$t->done;
