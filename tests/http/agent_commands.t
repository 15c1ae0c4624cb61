#!/usr/bin/perl
# agent_commands.t: a Stop of the page stops archiving in the cluster, and the page says each step of it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Standin;
use Test::More;

my $t = BackupTasks->new->start(qw(db worker nginx));
my $standin = BackupTasks::Standin->new(dir => $t->dir, root => $t->root);
my $odd = 'a`; DROP TABLE x; -- ';
my $port = $standin->open('k', version => '4.2.1.0', speed => 10, loop => 5,
    tenants => [{ name => 'shop', archiving => 1 },
        { name => $odd, archiving => 1 }]);

my $secret = $t->dir . '/secret';
$t->_write($secret, "standin\n");
chmod 0600, $secret;

sub register {
    my ($name, @options) = @_;
    my ($status, $text) = $t->ctl('cluster', 'add', '--user', 'root@sys',
        '--password-file', $secret, '--round', '5s', @options, $name);
    is($status, 0, "$name is registered") or diag $text;
    return $t->value("SELECT id FROM clusters WHERE name = '$name'");
}

my $cluster = register('k', '--endpoints', "127.0.0.1:$port");
$t->start_agent;

sub log_of {
    my ($tenant) = @_;
    my ($row) = grep { $_->find('tenant')->text eq $tenant }
        $t->xml($t->get('/backup/log.xml', user => 'operator'))
        ->find('backups/log-backup');
    return $row;
}

sub is_now {
    my ($tenant, $status) = @_;
    return $t->wait_until(sub {
        my $row = log_of($tenant) or return 0;
        return $row->find('status')->text eq $status;
    }, 60);
}

# A press of the button, as the browser does it: the id of the command.
sub press {
    my ($tenant, $action) = @_;
    my $id = log_of($tenant)->find('id')->text;
    my $form = $t->get("/backup/log/$id/$action", user => 'operator');
    my %field = $form->{body}
        =~ /name="(csrf|expected-state|idempotency-key)" value="([^"]*)"/g;
    my $answer = $t->post("/backup/log/$id/$action", \%field,
        user => 'operator');
    is($answer->{status}, 303, "$action $tenant: 303")
        or diag $answer->{body};
    my ($command) = ($answer->{headers}{location} // '') =~ m{commands/(\d+)};
    return $command;
}

sub ended {
    my ($command) = @_;
    my $root;
    $t->wait_until(sub {
        $root = $t->xml($t->get("/backup/commands/$command.xml",
            user => 'operator'));
        return $root->find('state')->text =~ /^(?:DONE|FAILED|EXPIRED)$/;
    }, 60);
    return $root;
}

sub statements {
    my ($from) = @_;
    my @all = $standin->statements('k');
    return map { "$_->{sql} $_->{result}" } @all[$from .. $#all];
}

ok(is_now($_, 'IN_PROGRESS'), "$_ is archived") for 'shop', $odd;

for my $tenant ('shop', $odd) {
    (my $quoted = $tenant) =~ s/`/``/g;
    for my $turn (['stop', 'STOPPED', 'NOARCHIVELOG'],
        ['start', 'IN_PROGRESS', 'ARCHIVELOG'])
    {
        my ($action, $status, $words) = @$turn;
        my $from = () = $standin->statements('k');
        my $command = press($tenant, $action);
        my $root = ended($command);
        is($root->find('state')->text, 'DONE', "$action $tenant: done")
            or diag $root->find('result')->text;
        is(log_of($tenant)->find('status')->text, $status,
            "$action $tenant: the page says so by then");
        is_deeply([statements($from)],
            ["ALTER SYSTEM $words TENANT = `$quoted` OK"],
            "$action $tenant: one statement, under exactly this name");
    }
}
is($t->value("SELECT COUNT(*) FROM audit_events WHERE user = 'bt:agent' AND"
    . " outcome = 'DONE' AND detail LIKE '%[agent]'"), 4,
    'what became of them is on the trail');

# A cluster that does not answer keeps its rows, and says since when and why.
my $observed = $t->value("SELECT observed FROM clusters WHERE id = $cluster");
$standin->tell('k', 'down');
ok($t->wait_until(sub { ($t->value(
    "SELECT stale_reason FROM clusters WHERE id = $cluster") // 'NULL')
    ne 'NULL' }), 'it has a reason');
my $since = $t->value("SELECT observed FROM clusters WHERE id = $cluster");
cmp_ok($since, 'ge', $observed, 'observed stays what it was');
is($t->value('SELECT COUNT(*) FROM log_backups'), 2, 'its rows are there');

# A command waits for it, and is carried out when it is back.
my $waiting = press('shop', 'stop');
ok(!$t->wait_until(sub { $t->value("SELECT state FROM commands WHERE id ="
    . " $waiting") ne 'REQUESTED' }, 3), 'nobody takes it');
$standin->tell('k', 'up');
is(ended($waiting)->find('state')->text, 'DONE', 'it is done at last');
is($t->value("SELECT IFNULL(stale_reason, 'none') FROM clusters WHERE id ="
    . " $cluster"), 'none', 'no reason any more');

# A wrong password is a reason, too, and is nowhere to be read.
$t->_write($secret, "not-$$-this\n");
$standin->tell('k', 'drop');
ok($t->wait_until(sub { ($t->value(
    "SELECT stale_reason FROM clusters WHERE id = $cluster") // '')
    =~ /ccess denied/ }, 40), 'a wrong password: says so');
unlike($t->log('agent'), qr/not-$$-this|standin/, 'no secret in the log');
$t->_write($secret, "standin\n");

# Paused, its commands stay where they are.
my ($status, $text) = $t->ctl('cluster', 'pause', 'k');
is($status, 0, 'paused') or diag $text;
ok($t->wait_until(sub { $t->value("SELECT stale_reason FROM clusters WHERE"
    . " id = $cluster") =~ /^Paused/ }), 'and says so');
my $frozen = $t->value("SELECT observed FROM clusters WHERE id = $cluster");
my $kept = press('shop', 'start');
ok(!$t->wait_until(sub { $t->value("SELECT observed FROM clusters WHERE id"
    . " = $cluster") ne $frozen }, 7), 'nobody asks it');
is($t->value("SELECT state FROM commands WHERE id = $kept"), 'REQUESTED',
    'nor acts on it');
($status, $text) = $t->ctl('cluster', 'resume', 'k');
is($status, 0, 'resumed') or diag $text;
is(ended($kept)->find('state')->text, 'DONE', 'then it is carried out');

# What takes too long says so, and is given up at last.
$standin->tell('k', 'media', alive => \0);
my $stuck = press('shop', 'stop');
sub progress_is {
    my ($wanted) = @_;
    return $t->wait_until(sub { ($t->value("SELECT progress FROM commands"
        . " WHERE id = $stuck") // '') =~ $wanted });
}
ok(progress_is(qr/STOPPING, waited \d+ s/), 'what is waited for');
like($t->get("/backup/commands/$stuck.xml", user => 'operator')->{body},
    qr{<progress at="[^"]+">[^<]*STOPPING}, 'is on the page');
$t->sql('UPDATE commands SET started_at = started_at - INTERVAL 3 MINUTE'
    . " WHERE id = $stuck");
ok(progress_is(qr/longer than usual: begun 3 minutes ago/), 'a warning');
$t->sql('UPDATE commands SET started_at = started_at - INTERVAL 30 MINUTE'
    . " WHERE id = $stuck");
my $end = ended($stuck);
is($end->find('state')->text, 'FAILED', 'given up');
like($end->find('result')->text, qr/^Given up after 30 minutes: .* STOPPING/,
    'and why');
$standin->tell('k', 'media', alive => \1);
ok(is_now('shop', 'STOPPED'), 'the page follows the cluster all the same');

is($t->stop_agent, 0, 'the agent ends orderly');
$standin->stop;
$t->done;
