#!/usr/bin/perl
# reports.t: daily reports: what stands in them, who reads them, and that they never change.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my %scope = (anna => 'group:core', bert => 'pay-core group:cor', carl => '*');

my $t = BackupTasks->new(edit => sub {
    my $map = join ' ', map { qq($_ "$scope{$_}";) } sort keys %scope;
    s/(map \$remote_user \$demo_roles \{)/$1 anna "auditor"; bert "auditor"; carl "feed";/;
    s/server \{/map \$remote_user \$test_scope { $map default "*"; }\n    server {/;
    s/backup_tasks_scope +\*;/backup_tasks_scope \$test_scope;/;
})->start(qw(db worker));
$t->_write($t->dir . '/htpasswd', join '', map { "$_:"
    . crypt($_, '$1$salt') . "\n" } sort(keys %scope),
    qw(viewer operator auditor feed));
$t->start('nginx');
my $records = BackupTasks::Records->new($t);
my @sheet = ('--report-sheet', $t->root . '/xslt/report.xsl');

# --- two days of three clusters ----------------------------------------------

my $hostile = qq(=1+1,"x"\n<b>&amp;</b>);
my %cluster = map { my ($name, @groups) = @$_; ($name => $records->add_cluster(
    name => $name, groups => \@groups, version => '4.2.1.0',
    created => '2026-01-01 00:00:00')) }
    ([ 'pay-core', 'core', 'R&D <lab>' ], [ 'crm', 'core' ], ['test']);
my %tenant = map { my ($cluster, $name) = @$_; ("$cluster/$name" =>
    $records->add_tenant(cluster_id => $cluster{$cluster}, name => $name,
        created => '2026-01-01 00:00:00')) }
    map { [ split m{/} ] } qw(pay-core/acct pay-core/risk crm/mail test/qa);

sub add {
    my ($kind, $place, %o) = @_;
    my ($cluster) = split m{/}, $place;
    return $records->add($kind, cluster_id => $cluster{$cluster},
        tenant_id => $tenant{$place}, %o);
}

my %id;
$id{good} = add(data => 'pay-core/acct', status => 'COMPLETED', mode => 'FULL',
    start_time => '2026-03-02 00:00:00', end_time => '2026-03-02 01:00:00',
    size_bytes => 123456);
$id{bad} = add(data => 'pay-core/risk', status => 'FAILED', mode => 'FULL',
    start_time => '2026-03-02 23:59:59.999999', end_time => '2026-03-03 01:00:00',
    cause => { code => '-9082', stage => 'BACKUP_DATA', text => $hostile });
$id{runs} = add(data => 'crm/mail', status => 'IN_PROGRESS', mode => 'FULL',
    start_time => '2026-03-02 12:00:00');
$id{before} = add(data => 'test/qa', status => 'COMPLETED', mode => 'FULL',
    start_time => '2026-03-01 23:59:59.999999', end_time => '2026-03-02 00:10:00');
$id{after} = add(data => 'test/qa', status => 'COMPLETED', mode => 'FULL',
    start_time => '2026-03-03 00:00:00', end_time => '2026-03-03 00:10:00');
$id{cleanup} = add(cleanup => 'test/qa', status => 'COMPLETED',
    start_time => '2026-03-02 05:00:00', end_time => '2026-03-02 05:01:00');
$id{second} = add(second => 'pay-core/acct', status => 'COMPLETED',
    kind => 'DATA', task_id => $id{good}, start_time => '2026-03-02 06:00:00',
    end_time => '2026-03-02 06:01:00');
$id{log} = add(log => 'pay-core/acct', status => 'IN_PROGRESS',
    start_time => '2026-01-01 00:00:00', latency_seconds => 5,
    method => 'PHYSICAL');
$t->sql("INSERT INTO log_gaps VALUES ($id{log}, '2026-03-01 22:00:00',"
    . " '2026-03-02 00:30:00'), ($id{log}, '2026-03-02 00:40:00', NULL),"
    . " ($id{log}, '2026-02-01 00:00:00', '2026-03-02 00:00:00')");
$t->sql("INSERT INTO log_latency VALUES ($id{log}, '2026-03-02 03:00:00', 77),"
    . " ($id{log}, '2026-03-02 04:00:00', 99), ($id{log},"
    . " '2026-03-03 00:00:00', 500)");
$t->sql('INSERT INTO commands (action, kind, target_id, cluster_id, tenant_id,'
    . ' expected_state, state, idempotency_key, requested_by, requested_at,'
    . ' deadline, ended_at, updated, change_no) VALUES'
    . " ('stop', 'log', $id{log}, $cluster{'pay-core'}, $tenant{'pay-core/acct'},"
    . " 'IN_PROGRESS', 'DONE', 'k', 'li.wei', '2026-03-02 09:00:00',"
    . " '2026-03-02 09:10:00', '2026-03-02 09:00:05', UTC_TIMESTAMP(6), 1)");
my $command = $t->value('SELECT MAX(id) FROM commands');

sub report {
    my ($command, @options) = @_;
    return $t->ctl('report', $command, @options,
        $command eq 'write' ? @sheet : ());
}

is((report('write', '--day', '2026-03-02'))[0], 0, 'all clusters');
is((report('write', '--day', '2026-03-02', '--group', $_))[0], 0, "group $_")
    for 'core', 'R&D <lab>';

# --- what stands in it -------------------------------------------------------

sub get {
    my ($path, $user) = @_;
    return $t->get("/backup/$path", user => $user // 'auditor');
}

my $answer = get('reports/2026-03-02.xml');
is($answer->{status}, 200, 'XML');
my $root = $t->xml($answer);
is($root->text('day'), '2026-03-02', 'the day');
is($root->text('zone'), 'UTC', 'its zone');
is($root->text('from'), '2026-03-02T00:00:00.000000Z', 'begins');
is($root->text('to'), '2026-03-03T00:00:00.000000Z', 'ends');
is($root->text('written'), $root->attr('generated'), 'written');
is($root->text('group'), undef, 'all clusters');

sub ids {
    my ($root, $path, $name) = @_;
    return join ' ', map { $_->text($name // 'id') } $root->find($path);
}

is(ids($root, 'data-backup-tasks/task'), "$id{bad} $id{runs} $id{good}",
    'the tasks that began on the day, newest first');
is(ids($root, 'cleanup-tasks/cleanup-task'), $id{cleanup}, 'cleanup tasks');
is(ids($root, 'second-backups/second-backup'), $id{second}, 'second backups');
is(ids($root, 'log-backups/log-backup'), $id{log}, 'log backups');
is(ids($root, 'commands/command'), $command, 'who asked for what');
is(ids($root, 'gaps/gap', 'from'), '2026-03-01T22:00:00.000000Z'
    . ' 2026-03-02T00:40:00.000000Z', 'gaps that touch the day');
is(join(' ', map { $_->text('cluster') . '/' . $_->text('tenant') }
    $root->find('without-backup/place')), 'crm/mail pay-core/risk test/qa',
    'tenants without a good backup of the day');
my ($summary) = $root->find('summary');
is(join(' ', map { $summary->text($_) } qw(clusters clusters-without-backup
    tenants tenants-without-backup)), '3 2 4 3', 'clusters and tenants');
is(join(', ', map { join ' ', $_->attr('kind'), $_->attr('status'), $_->text }
    $summary->find('count')), 'data COMPLETED 1, data FAILED 1,'
    . ' data IN_PROGRESS 1, log IN_PROGRESS 1, cleanup COMPLETED 1,'
    . ' second COMPLETED 1, command DONE 1', 'counts');
is($summary->find('worst-latency')->text('seconds'), 99, 'the worst latency');
my $rows = 3 + 1 + 1 + 1 + 1 + 2 + 3;
is($root->find('page')->attr('count'), $rows, 'rows');

# The rows are those of the lists.
my $list = $t->xml(get('data.xml?range=custom&from=2026-03-02&to=2026-03-03'));
is_deeply([ map { inner($_) } $root->find('data-backup-tasks/task') ],
    [ map { inner($_) } $list->find('tasks/task') ], 'as in data.xml');

sub inner {
    my ($row) = @_;
    return join '|', map { $row->text($_) // '' } qw(id source-id cluster tenant mode
        start-time end-time duration-seconds status size-bytes cause/code
        cause/text updated);
}

# The same rows in the other formats.
my $csv = get('reports/2026-03-02.csv')->{body};
like($csv, qr/^\xef\xbb\xbfrecord,cluster-id,/, 'CSV: mark and names');
my @lines = lines($csv);
my $names = shift @lines;
is(scalar @lines, $rows, 'CSV: rows');
is((grep { @$_ != @$names } @lines), 0, 'CSV: each with all columns');
my %count;
$count{ $_->[0] }++ for @lines;
is_deeply(\%count, { 'without-backup' => 3, data => 3, log => 1, gap => 2,
    cleanup => 1, second => 1, command => 1 }, 'CSV: of each kind');
my ($column) = grep { $names->[$_] eq 'cause-text' } 0 .. $#$names;
is((grep { $_->[$column] eq "'$hostile" } @lines), 1, 'CSV: no formula');

# Fields of CSV, quotes undone.
sub lines {
    my ($text) = @_;
    $text =~ s/^\xef\xbb\xbf//;
    my (@all, @line);
    while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n)/gc) {
        my ($quoted, $plain, $end) = ($1, $2, $3);
        $quoted =~ s/""/"/g if defined $quoted;
        push @line, $quoted // $plain;
        next if $end eq ',';
        push @all, [@line];
        @line = ();
    }
    return @all;
}

$answer = get('reports/2026-03-02');
my $html = $answer->{body};
like($answer->{headers}{'content-type'}, qr{^text/html; charset=utf-8$}, 'HTML');
like($html, qr/^<!DOCTYPE html>\n<html lang="en">/, 'HTML: a page');
like($html, qr{</html>\s*\z}, 'HTML: whole');
unlike($html, qr/<script|style=|\[[a-z]+\.[\w.-]+\]|<b>/, 'HTML: safe');
like($html, qr/>3 of 4 tenants without a data backup/, 'HTML: the first question');
like($html, qr{=1\+1,"x"\n&lt;b&gt;&amp;amp;&lt;/b&gt;}, 'HTML: the cause');
is(scalar(() = $html =~ m{<tbody>(.*?)</tbody>}sg), 8, 'HTML: tables');
$html =~ s{<table class="summary">.*?</table>}{}s;
is(scalar(() = $html =~ /<tr>/g) - 7, $rows, 'HTML: rows');
is($t->xmllint($answer->{body}, '--html', '--noblanks') =~ /error/ ? 1 : 0, 0,
    'HTML: well formed');

# --- groups ------------------------------------------------------------------

my $group = $t->xml(get('reports/2026-03-02.xml?group=core'));
is($group->text('group'), 'core', 'a group');
is(ids($group, 'cleanup-tasks/cleanup-task'), '', 'without other clusters');
is($group->find('summary')->text('tenants'), 3, 'its tenants');
is(get('reports/2026-03-02.xml?group=R%26D+%3Clab%3E')->{status}, 200,
    'any name');
like(get('reports/2026-03-02?group=R%26D+%3Clab%3E')->{body},
    qr/Group R&amp;D &lt;lab&gt;/, 'any name on its page');

# --- the index ---------------------------------------------------------------

my $index = $t->xml(get('reports.xml'));
is(ids($index, 'items/report', 'rows'), join(' ', map {
    $t->xml(get('reports/2026-03-02.xml' . $_))->find('page')->attr('count') }
    '?group=R%26D+%3Clab%3E', '?group=core', ''), 'rows, newest first');
for my $report ($index->find('items/report')) {
    for my $link ($report->find('link')) {
        my $href = $link->attr('href');
        my ($format) = $href =~ /\.(xml|csv)/;
        $format //= 'html';
        my $body = $t->get($href, user => 'auditor')->{body};
        is(sha256_hex($body), $report->text("$format-sha256"), "$href: sum");
        is(length $body, $report->text("$format-bytes"), "$href: length");
    }
}
my $table = get('reports.csv')->{body};
is(scalar(() = $table =~ /\r\n/g), 4, 'the index as CSV');
like(get('reports')->{body}, qr{href="/backup/reports/2026-03-02\.xml\?group=core"},
    'the index as page');
my $page = $t->xml(get('reports.xml?size=2'));
is(ids($t->xml($t->get($page->link('next'), user => 'auditor')),
    'items/report', 'day'), '2026-03-02', 'its pages');
is(ids($t->xml(get('reports.xml?group=core')), 'items/report', 'group'),
    'core', 'a group alone');
is(ids($t->xml(get('reports.xml?range=custom&from=2026-03-03&to=2026-03-04')),
    'items/report', 'day'), '', 'a range');

# --- who may ------------------------------------------------------------------

for my $path ('reports', 'reports.xml', 'reports/2026-03-02',
    'reports/2026-03-02.csv')
{
    my $denied = get($path, 'viewer');
    is($denied->{status}, 403, "$path: no viewer");
    like($denied->{body}, qr/operator/i, "$path: names the role");
    is(get($path, 'feed')->{status}, $path =~ /\./ ? 200 : 403, "$path: feed");
    is(get($path, 'operator')->{status}, 200, "$path: operator");
}
is(ids($t->xml(get('reports.xml', 'anna')), 'items/report', 'group'), 'core',
    'a scope of a group');
is(get('reports/2026-03-02.xml?group=core', 'anna')->{status}, 200, 'its report');
is(get('reports/2026-03-02.xml', 'anna')->{status}, 404, 'not that of all');
is(get('reports/2026-03-02.xml?group=R%26D+%3Clab%3E', 'anna')->{status}, 404,
    'not that of others');
is(ids($t->xml(get('reports.xml', 'bert')), 'items/report', 'day'), '',
    'a scope of clusters has none');
is(get('reports/2026-03-02.xml?group=core', 'bert')->{status}, 404, 'nor one');
is(get('reports/2026-03-02.csv', 'carl')->{status}, 200, 'a script');

# --- what is refused -----------------------------------------------------------

for my $case ([ '2026-03-01', qr/first report is of 2026-03-02/ ],
    [ '2026-03-03', qr/not been written yet/ ],
    [ '2026-03-02', qr/Names of groups are to the letter/, '?group=Core' ])
{
    my ($day, $text, $query) = @$case;
    $answer = get("reports/$day.xml" . ($query // ''));
    is($answer->{status}, 404, "$day: 404");
    like($t->xml($answer)->text('text'), $text, "$day: says why");
    is($answer->{headers}{'cache-control'}, 'private, no-store', "$day: no-store");
}
is(get("reports/$_")->{status}, 404, "$_: 404")
    for qw(2026-02-30 2026-3-2 20260302 today 2026-03-02.atom 2026-03-02/x);
for my $query ('tz=UTC', 'range=7d', 'size=5', 'cluster=x', 'group=a&group=b',
    'day=1', 'group=%00')
{
    is(get("reports/2026-03-02.xml?$query")->{status}, 400, "$query: 400");
}
is(get('reports/2026-03-02?lang=zh')->{status}, 200, 'lang: for its errors');
like(get('reports/2020-01-01?lang=zh')->{body}, qr/lang="zh-CN"/, 'as here');

# --- for ever -------------------------------------------------------------------

$answer = get('reports/2026-03-02.xml');
my $sum = sha256_hex($answer->{body});
is($answer->{headers}{'cache-control'}, 'private, max-age=31536000, immutable',
    'may be kept');
is($answer->{headers}{etag}, qq("$sum"), 'the sum is the tag');
for my $tag (qq("$sum"), qq(W/"$sum"), qq("x", "$sum"), '*') {
    my $again = $t->get('/backup/reports/2026-03-02.xml', user => 'auditor',
        headers => { 'If-None-Match' => $tag });
    is($again->{status}, 304, "$tag: is there already");
    is($again->{body}, '', "$tag: no body");
    is($again->{headers}{etag}, qq("$sum"), "$tag: the tag");
}
is($t->get('/backup/reports/2026-03-02', user => 'auditor',
    headers => { 'If-None-Match' => qq("$sum") })->{status}, 200,
    'not that of another form');
is($t->get('/backup/reports/2026-03-02.xml', user => 'anna',
    headers => { 'If-None-Match' => '*' })->{status}, 404,
    'nor out of scope');
is($answer->{headers}{'content-length'}, length $answer->{body}, 'its length');
is($answer->{headers}{'content-disposition'},
    'inline; filename="daily-report-2026-03-02.xml"', 'a name');

$records->set(data => $id{runs}, status => 'COMPLETED',
    end_time => '2026-03-03 10:00:00');
$records->remove(data => $id{good});
$t->sql("DELETE FROM cluster_groups WHERE name = 'core'");
is(sha256_hex(get('reports/2026-03-02.xml')->{body}), $sum,
    'records change, the report does not');
my ($status, $text) = report('write', '--day', '2026-03-02');
is($status, 1, 'not written anew');
like($text, qr/never written anew/, 'and why');
is(sha256_hex(get('reports/2026-03-02.xml')->{body}), $sum, 'the same');

($status, $text) = report('verify');
is($status, 0, 'verify');
like($text, qr/^9 documents are as they were written, 0 are not, 0 were taken/,
    'all of them');
like((report('list', '-H'))[1], qr/^2026-03-02\t-\tUTC\t$rows\t.*\tyes\t$sum$/m,
    'list');

# Whoever can write to the table itself is found out.
$t->sql("UPDATE report_parts SET data = REPLACE(data, 'FAILED', 'COMPLETED')"
    . " WHERE format = 'csv' AND group_name = 'core'");
($status, $text) = report('verify');
is($status, 1, 'verify finds a change');
like($text, qr/^2026-03-02 group core \.csv is not what was written$/m,
    'and names it');
is((report('verify', '--group', ''))[0], 0, 'the others are sound');

# --- by grant --------------------------------------------------------------------

my ($code, $grants) = $t->ctl('grants', '--worker', 'w@localhost', '--agent',
    'a@localhost', '--dir', $t->root . '/schema');
$grants =~ s/^--.*$//mg;
$t->sql("CREATE USER $_\@localhost IDENTIFIED BY 'pw-$_'") for qw(w a);
$t->sql($_) for grep { /\S/ } split /;\n/, $grants;

sub try_as {
    my ($account, $sql) = @_;
    my ($failed, $said) = $t->run_program('mariadb', '--no-defaults',
        '--socket=' . $t->dir . '/db.sock', "--user=$account",
        "--password=pw-$account", 'backup_tasks', '-e', $sql);
    return $failed ? $said =~ /^ERROR (\d+)/m ? $1 : $said : 0;
}
for my $statement ('UPDATE reports SET rows_count = 0',
    "UPDATE report_parts SET data = ''", 'DELETE FROM reports',
    'DELETE FROM report_parts', 'DROP TABLE report_parts')
{
    is(try_as('w', $statement), 1142, "worker: no $statement");
}
is(try_as('a', $_), 1142, "agent: no $_") for 'DELETE FROM reports',
    "UPDATE report_parts SET data = ''", "INSERT INTO reports (day) VALUES (0)";

# These rights are enough to write one.
$t->_write($t->dir . '/w.cnf', "[backup-tasks]\nsocket=" . $t->dir . "/db.sock\n"
    . "user=w\npassword=pw-w\ndatabase=backup_tasks\n");
chmod 0600, $t->dir . '/w.cnf';
($status, $text) = $t->run_program($t->build . '/backup-tasks-ctl', '--store',
    $t->dir . '/w.cnf', 'report', 'write', '--day', '2026-03-03', @sheet);
is($status, 0, 'the worker may add one') or diag($text);

# --- retention --------------------------------------------------------------------

($status, $text) = report('prune', '--before', '2026-03-03');
like($text, qr/^3 reports are of days before 2026-03-03; with --yes/, 'prune asks');
is(get('reports/2026-03-02.csv')->{status}, 200, 'and removes nothing');
is((report('prune', '--before', '2026-03-03', '--yes'))[0], 0, 'prune');
$answer = get('reports/2026-03-02.xml');
is($answer->{status}, 404, 'its documents have gone');
like($t->xml($answer)->text('text'), qr/taken by retention/, 'and why');
my ($gone) = grep { $_->text('day') eq '2026-03-02' && !defined $_->text('group') }
    $t->xml(get('reports.xml'))->find('items/report');
is($gone->text('kept'), 'false', 'the index knows');
is($gone->text('xml-sha256'), $sum, 'and keeps the sum');
is(get('reports/2026-03-03.xml')->{status}, 200, 'the others stay');
is((report('write', '--day', '2026-03-02'))[0], 1, 'it does not come back');
like((report('verify'))[1], qr/^3 documents .* 0 are not, 9 were taken/m,
    'verify tells them apart');
like(get('audit.xml')->{body}, qr/reports of days before 2026-03-03/,
    'on record');

# The agent, by the rights of its account.
$t->start_agent(options => ['--keep-reports', 1]);
ok($t->wait_until(sub { $t->value('SELECT COUNT(*) FROM report_parts') == 0 }),
    'the agent takes what is too old');
is($t->value('SELECT COUNT(*) FROM reports'), 4, 'and no sums');

is((report(@$_))[0], 2, "refused: @$_") for [ 'write', '--group', 'x' ],
    [ 'write', '--day', '2026-02-30' ], [ 'write', '--zone', 'Mars/Base' ],
    [ 'write', '--language', 'fr' ], ['prune'], ['burn'], [ 'list', 'x' ];
is((report('write', '--day', '2099-01-01'))[0], 1, 'not before its end');

$t->done;
