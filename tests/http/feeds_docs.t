#!/usr/bin/perl
# feeds_docs.t: the examples of docs/feeds.md, run exactly as they are printed there.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $t = BackupTasks->new(sample => 300)->start;
my $text = $t->read_file($t->root . '/docs/feeds.md');
my $dir = $t->dir . '/examples';
mkdir $dir;

$ENV{BACKUP_TASKS} = 'http://127.0.0.1:' . $t->port . '/backup';
$ENV{BACKUP_LOGIN} = 'feed:feed';

# Files with their names before them, and commands in their order.
my %file = $text =~ /^`([\w.-]+)`:\n\n```\w+\n(.*?)^```$/msg;
my @commands = $text =~ /^```sh\n(.*?)^```$/msg;
is(join(' ', sort keys %file), 'Sizes.java backup-tasks.rules failed.xsl'
    . ' failures.py'
    . ' follow.py pages.pl prometheus.yml', 'the files');
for my $name (sort keys %file) {
    $t->_write("$dir/$name", $file{$name});
}

sub have {
    my ($program) = @_;
    return scalar grep { -x "$_/$program" } split /:/, $ENV{PATH};
}

# Runs the commands that name a word, as a script.
sub run_example {
    my ($word) = @_;
    my ($script) = grep { /\b\Q$word\E/ } @commands;
    ok($script, "a command with $word") or return;
    $t->_write("$dir/script", "set -e\n$script");
    my ($status, $out) = $t->run_program('sh', '-c',
        "cd $dir && exec timeout 120 sh ./script");
    is($status, 0, "$word runs") or diag($out);
    return $out;
}

sub sql_lines {
    my ($statement, $separator) = @_;
    return join '', map { join($separator, @$_) . "\n" } $t->sql($statement);
}

like(run_example('health.xml'), qr/^(?:PASS|WARN|FAIL)$/, 'health in a word');

# --- a file, another layout --------------------------------------------------

run_example('tasks.xml "$BACKUP_TASKS/data.xml');
my $tasks = $t->xml($t->read_file("$dir/tasks.xml"));
ok(scalar(my @rows = $tasks->find('tasks/task')), 'curl: tasks');
run_example('failed.xsl');
my $failed = $t->xml($t->read_file("$dir/failed.xml"));
is(join(' ', map { $_->attr('id') } $failed->find('Backup')),
    join(' ', map { $_->text('id') } grep { $_->text('status') eq 'FAILED' }
        $tasks->find('tasks/task')), 'XSLT: the failed ones');
is(($failed->find('Backup'))[0]->attr('database'), do {
    my ($first) = grep { $_->text('status') eq 'FAILED' }
        $tasks->find('tasks/task');
    $first->text('cluster') . '/' . $first->text('tenant') }, 'their database');

# What has not changed is not sent again.
run_example('log.etag');
is($t->xml($t->read_file("$dir/log.xml"))->{name}, 'log-backups',
    'curl: log backups');
$t->_write("$dir/log.xml", 'kept');
run_example('log.etag');
is($t->read_file("$dir/log.xml"), 'kept', 'curl: nothing new');
$t->sql('UPDATE change_counter SET number = number + 1');
run_example('log.etag');
isnt($t->read_file("$dir/log.xml"), 'kept', 'curl: something new');

# A document that breaks off is told from a whole one.
(my $cut = $t->read_file("$dir/tasks.xml")) =~ s{<page [^>]*/>}{};
$t->_write("$dir/cut.xml", $cut);
isnt(($t->run_program('xsltproc', '--nonet', "$dir/failed.xsl",
    "$dir/cut.xml"))[0], 0, 'XSLT: refuses what is not whole');

# --- pages, any number of rows -----------------------------------------------

run_example('pages.pl');
is($t->read_file("$dir/log-backups.tsv"), sql_lines('SELECT id, status,'
    . " COALESCE(latency_seconds, '') FROM log_backups ORDER BY listed_at DESC,"
    . ' id DESC', "\t"), 'Perl: all log backups, page by page');

SKIP: {
    skip 'there is no JDK', 3 if !have('javac');
    run_example('Sizes.java');
    is($t->read_file("$dir/sizes.txt"), sql_lines('SELECT SUM(d.size_bytes),'
        . ' c.name FROM data_tasks d JOIN clusters c ON c.id = d.cluster_id'
        . ' WHERE d.size_bytes IS NOT NULL AND d.listed_at >= UTC_TIMESTAMP(6)'
        . ' - INTERVAL 30 DAY GROUP BY c.name ORDER BY c.name', ' '),
        'Java: bytes of each cluster');
}

# --- following ---------------------------------------------------------------

sub followed {
    my ($status, $out) = $t->run_program('python3', '-c', 'import sqlite3;'
        . " [print(*r) for r in sqlite3.connect('$dir/reports.db').execute("
        . "'SELECT id, status, updated FROM task ORDER BY id')]");
    return $out;
}

sub in_store {
    return sql_lines('SELECT id, status, DATE_FORMAT(updated,'
        . " '%Y-%m-%dT%H:%i:%s.%fZ') FROM data_tasks ORDER BY id", ' ');
}

run_example('follow.py');
is(followed(), in_store(), 'Python: the whole list');
my $records = BackupTasks::Records->new($t);
my @ids = map { $_->[0] } $t->sql('SELECT id FROM data_tasks LIMIT 5');
$records->set(data => $ids[0], status => 'UNKNOWN');
$records->remove(data => $ids[1]);
run_example('follow.py');
is(followed(), in_store(), 'Python: what changed, and what was removed');
my $number = $t->value('SELECT number FROM change_counter');
$t->sql('UPDATE change_counter SET number = 1');
$t->sql("DELETE FROM data_tasks WHERE id = $ids[2]");
run_example('follow.py');
$t->sql("UPDATE change_counter SET number = $number");
is(followed(), in_store(), 'Python: starts again after 410');

# --- a feed reader -----------------------------------------------------------

# So many that a page is not enough; the second call tells what is new alone.
my $wanted = "SELECT CONCAT(kind, '/', record_id, '/', number) FROM changes"
    . " WHERE new_status IN ('FAILED', 'INTERRUPTED') AND kind <> 'command'"
    . ' AND NOT old_status <=> new_status ORDER BY number, record_id';
$records->add_many(300, cluster_id => 1, tenant_id => 1);
run_example('failures.py');
my $known = $t->read_file("$dir/known.txt");
is(scalar(() = $t->read_file("$dir/failures.txt") =~ /\n/g),
    scalar(() = $t->sql($wanted)), 'feedparser: what has failed, page by page');
my %known = map { $_ => 1 } split /\n/, $known;
cmp_ok(scalar keys %known, '>', 500, 'all');
is(scalar(() = $known =~ /\n/g), scalar keys %known, 'each once');
$records->set(data => $ids[3], status => 'UNKNOWN');
$records->set(data => $ids[3], status => 'FAILED');
run_example('failures.py');
like($t->read_file("$dir/failures.txt"),
    qr{\A\S+Z FAILED: [^\n]* \S*/backup/data/$ids[3]\n\z}, 'what is new');

# --- a spreadsheet, monitoring -----------------------------------------------

run_example('tasks.csv "$BACKUP_TASKS/data.csv');
like($t->read_file("$dir/tasks.csv"), qr/^\x{ef}\x{bb}\x{bf}id,source-id,/,
    'CSV');
# --- a report of yesterday ------------------------------------------------------

my $yesterday = $t->value('SELECT UTC_DATE() - INTERVAL 1 DAY');
my ($written, $said) = $t->ctl('report', 'write', '--day', $yesterday,
    '--report-sheet', $t->root . '/xslt/report.xsl');
is($written, 0, 'a report') or diag($said);
is(run_example('sha256sum -c'), "$yesterday.csv: OK\n", 'as it was written');

SKIP: {
    skip 'LibreOffice is not installed', 3 if !have('soffice');
    local $ENV{HOME} = $dir;
    run_example('soffice');
    ok(-s "$dir/tasks.ods", 'a spreadsheet');
}
SKIP: {
    skip 'promtool is not installed', 2 if !have('promtool');
    $t->_write("$dir/backup-tasks.password", 'feed');
    my ($status, $out) = $t->run_program('promtool', 'check', 'config',
        "$dir/prometheus.yml");
    is($status, 0, 'Prometheus takes the configuration and its rules')
        or diag($out);
    my %told = map { $_ => 1 } $t->read_file($t->root . '/docs/contract.md')
        =~ /^\| `(backup_tasks_\w+)` \|/mg;
    is(join(' ', grep { !$told{$_} } $file{'backup-tasks.rules'}
        =~ /\b(backup_tasks_\w+)/g), '', 'the rules name metrics that there are');
}

$t->done;
