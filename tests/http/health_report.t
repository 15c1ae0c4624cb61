#!/usr/bin/perl
# health_report.t: the health of the pages themselves, with a store that lacks something or is away.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $t = BackupTasks->new(edit => sub {
        s/backup_tasks_scope\s+\*;/backup_tasks_scope \$given;/
            or die 'no scope in the configuration';
        s/(?=map \$remote_user)/map \$http_x_scope \$given {
            "" *; default \$http_x_scope; }\n/;
    })->start;
my $records = BackupTasks::Records->new($t);

sub report {
    my (%o) = @_;
    my $answer = $t->get('/backup/health.xml', user => 'feed',
        headers => [ 'X-Scope' => $o{scope} // '' ]);
    is($answer->{status}, 200, 'health.xml is there');
    return $t->xml($answer);
}

# "STORE=PASS SCHEMA=PASS ..."
sub checks {
    my ($root) = @_;
    return join ' ', map { $_->attr('name') . '=' . $_->attr('status') }
        $root->find('checks/check');
}

sub check {
    my ($root, $name) = @_;
    return (grep { $_->attr('name') eq $name } $root->find('checks/check'))[0];
}

sub state { return $_[0]->text('ready') . ' ' . $_[0]->text('status') }
sub ready { return $t->get('/backup/health')->{status} }
sub live  { return $t->get('/backup/health?probe=live')->{status} }

sub agent {
    my ($name, $seconds, $stopped) = @_;
    $t->sql("INSERT INTO agents (name, version, started, last_seen, stopped)"
        . " VALUES ('$name', '0.1.0', UTC_TIMESTAMP(6) - INTERVAL 1 DAY,"
        . " UTC_TIMESTAMP(6) - INTERVAL $seconds SECOND,"
        . ($stopped ? ' UTC_TIMESTAMP(6))' : ' NULL)'));
    return;
}

# --- as it should be ---------------------------------------------------------

my $events = $t->value('SELECT COUNT(*) FROM audit_events');
agent('one', 0);
agent('two', 3600, 1);
my $now = $t->value('SELECT UTC_TIMESTAMP(6)');
$records->add_cluster(name => $_, observed => $now) for qw(east west);

my $good = report();
is(state($good), 'true PASS', 'all is well');
is(checks($good), 'STORE=PASS SCHEMA=PASS RIGHTS=PASS AGENTS=PASS '
    . 'CLUSTERS=PASS LIMITS=PASS', 'each check');
my ($last) = sort { $b <=> $a } map { m{/0*(\d+)-} ? $1 : () }
    glob $t->root . '/schema/[0-9]*.sql';
is($good->text('worker/schema'), $last, 'the schema of this version');
is($good->text('worker/store-schema'), $last, 'and of the store');
is($good->text('worker/threads'), 8, 'threads');
like($good->text('worker/uptime-seconds'), qr/^\d+$/, 'uptime');
is(join(' ', map { $_->text('name') . '=' . $_->text('status') }
    $good->find('agents/agent')), 'one=ALIVE two=STOPPED', 'agents');
is(check($good, 'CLUSTERS')->text('count'), 2, 'clusters');
is($good->find('query')->attr('view'), 'health-report', 'view');
is(($good->find('link'))[0]->attr('href'), '/backup/health.xml', 'self');
is(ready() . live(), 200200, 'ready and alive');
is($t->get("/backup/health?$_")->{status}, 400, "health?$_")
    for qw(probe=x probes=live);

# --- who may see it ----------------------------------------------------------

is($t->get('/backup/health.xml')->{status}, 401, 'no stranger');
is($t->get('/backup/health/report')->{status}, 401, 'nor as a page');
is($t->get('/backup/health.xml', user => $_)->{status}, 200, "a $_ may")
    for qw(viewer operator auditor feed);
is($t->get('/backup/health/report', user => 'feed')->{status}, 403,
    'a feed role has no page');
my $page = $t->get('/backup/health/report', user => 'viewer');
like($page->{body}, qr{<h1>System health</h1>}, 'the page');
like($page->{body}, qr{href="/backup/health\.xml"}, 'leads to its XML');
like($page->{body}, qr{All agents are at work\.\s*<small>1 of 1</small>},
    'how many are at work');
like($t->get('/backup/health/report?lang=zh', user => 'viewer')->{body},
    qr{<h1>系统状况</h1>}, 'in Chinese');
unlike($t->get("/backup/health/report?lang=$_", user => 'viewer')->{body},
    qr/\[[a-z.]+\]/, "$_: every text is there") for qw(en zh);
is($t->get('/backup/health/report.xml', user => 'feed')->{status}, 200,
    'like every page it has an XML');
is($t->get('/backup/health.xml?size=1', user => 'feed')->{status}, 400,
    'it takes no filter');

my $part = report(scope => 'east');
is(() = $part->find('agents'), 0, 'a part of the clusters: no agents');
is(check($part, 'AGENTS')->text('count') // '', '', 'nor how many');
is(check($part, 'CLUSTERS')->text('count'), 1, 'clusters of the scope');

# --- warnings ----------------------------------------------------------------

$t->sql("UPDATE clusters SET observed = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"
    . " WHERE name = 'west'");
my $stale = report();
is(state($stale), 'true WARN', 'a cluster is silent');
is(check($stale, 'CLUSTERS')->text('bad'), 1, 'one');
cmp_ok(check($stale, 'CLUSTERS')->text('seconds'), '>=', 3600, 'for so long');
is(state(report(scope => 'east')), 'true PASS', 'who does not see it');
$t->sql('UPDATE clusters SET observed = UTC_TIMESTAMP(6)');

agent('three', 600);
is(check(report(), 'AGENTS')->attr('status'), 'WARN', 'an agent is away');
$t->sql("UPDATE agents SET last_seen = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR");
my $alone = report();
is(state($alone), 'true FAIL', 'no agent: ready, and it fails');
is(ready(), 200, 'the worker is ready all the same');
$t->sql('DELETE FROM agents');
is(check(report(), 'AGENTS')->attr('status'), 'WARN', 'there was never one');
agent('one', 0);

# --- the schema --------------------------------------------------------------

$t->sql("UPDATE schema_migrations SET finished = NULL WHERE version = $last");
my $old = report();
is(state($old), 'false FAIL', 'an older schema');
is(checks($old), 'STORE=PASS SCHEMA=FAIL RIGHTS=PASS', 'is what fails');
is(ready() . live(), 503200, 'not ready, and alive');
$t->sql('UPDATE schema_migrations SET finished = UTC_TIMESTAMP(6)');
$t->sql("INSERT INTO schema_migrations (version, name, sha256, reached,"
    . " started, finished) VALUES (9999, 'x', REPEAT('0', 64), 1,"
    . ' UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))');
is(state(report()), 'true WARN', 'a newer one');
is(ready(), 200, 'can be read');
$t->sql('DELETE FROM schema_migrations WHERE version = 9999');

# Every table that the worker's grants name is looked at.
my ($section) = $t->read_file($t->root . '/schema/grants.sql')
    =~ /^-- \[worker\](.*?)^-- \[/ms;
my @tables = grep { $_ ne 'schema_migrations' }
    $section =~ /`backup_tasks`\.`(\w+)`/g;
for my $table (@tables) {
    $t->sql("RENAME TABLE $table TO away");
    my $lacking = $t->get('/backup/health.xml', user => 'feed')->{body};
    like($lacking, qr{<ready>false</ready>.*name="SCHEMA" status="FAIL"}s,
        "without $table");
    $t->sql("RENAME TABLE away TO $table");
}
is(state(report()), 'true PASS', 'all are back');

# --- rights ------------------------------------------------------------------

my $store = $t->store;
my $settings = $t->read_file($store);
my $grants = join ';', $section =~ /(GRANT .*?);/gs;
$grants =~ s/'backup_worker'\@'localhost'/'least'\@'localhost'/g;
$t->sql("CREATE USER 'least'\@'localhost' IDENTIFIED BY 'pw'");
$t->sql($_) for split /;/, $grants;
$t->stop_worker;
$t->_write($store, "[backup-tasks]\nsocket=" . $t->dir . "/db.sock\n"
    . "user=least\npassword=pw\ndatabase=backup_tasks\n");
$t->start_worker;

# Rights count at once.
sub without {
    my ($right, $table) = @_;
    $t->sql("REVOKE $right ON backup_tasks.$table FROM 'least'\@'localhost'");
    my $root = report();
    $t->sql("GRANT $right ON backup_tasks.$table TO 'least'\@'localhost'");
    return $root;
}

is(state(report()), 'true PASS', 'the least grants are enough');
my $blind = without('SELECT', 'log_gaps');
is(checks($blind), 'STORE=PASS SCHEMA=PASS RIGHTS=FAIL', 'a table unread');
like(check($blind, 'RIGHTS')->text('detail'), qr/log_gaps/, 'it is named');
for my $write ([ 'INSERT', 'commands' ], [ 'INSERT', 'audit_events' ],
        [ 'UPDATE (change_no)', 'data_tasks' ]) {
    my $root = without(@$write);
    is(state($root), 'true WARN', "no @$write");
    is(check($root, 'RIGHTS')->attr('status'), 'WARN', 'rights');
}
is(check(without('SELECT', 'schema_migrations'), 'RIGHTS')->attr('status'),
    'WARN', 'grants of an older version');
is($t->value('SELECT COUNT(*) FROM audit_events'), $events,
    'nothing was written');

# --- the store is away -------------------------------------------------------

$t->stop_db;
my $away = report();
is(state($away), 'false FAIL', 'the store is away');
is(checks($away), 'STORE=FAIL', 'nothing else is known');
ok(check($away, 'STORE')->text('detail'), 'what the client library said');
is(check(report(scope => 'east'), 'STORE')->text('detail') // '', '',
    'which whoever sees a part is not told');
is(ready() . live(), 503200, 'not ready, and alive');
like($t->get('/backup/health/report', user => 'viewer')->{body},
    qr/The record store does not answer/, 'the page says so');
$t->stop_worker;
$t->expect_log(qr/worker\.sock/);
is($t->get('/backup/health?probe=live')->{status}, 503, 'no worker: not alive');
is($t->get('/backup/health.xml', user => 'feed')->{status}, 503,
    'and nobody to tell');

$t->done;
