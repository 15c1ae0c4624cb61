#!/usr/bin/perl
# agent_store_away.t: the store stands still for longer than a lease, and dies; the agent loses nothing and doubles nothing.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Standin;
use Test::More;

my $t = BackupTasks->new(database_options =>
    ['--innodb-flush-log-at-trx-commit=2'])->start('db');
my $standin = BackupTasks::Standin->new(dir => $t->dir, root => $t->root);
my $port = $standin->open('k', version => '4.2.1.0', speed => 5, loop => 5,
    tenants => [map { { name => $_, archiving => 1 } } qw(shop till)]);
my $secret = $t->dir . '/secret';
$t->_write($secret, "standin\n");
chmod 0600, $secret;
my ($status, $text) = $t->ctl('cluster', 'add', '--endpoints',
    "127.0.0.1:$port", '--user', 'root@sys', '--password-file', $secret,
    '--round', '5s', 'k');
is($status, 0, 'registered') or diag $text;
$t->start_agent;

sub shows {
    my ($tenant, $wanted, $seconds) = @_;
    return $t->wait_until(sub { ($t->value('SELECT l.status FROM log_backups'
        . ' l JOIN tenants n ON n.id = l.tenant_id WHERE n.name ='
        . " '$tenant'") // '') eq $wanted }, $seconds // 30);
}

sub command_ends {
    my ($id) = @_;
    return $t->wait_until(sub { $t->value("SELECT state FROM commands WHERE"
        . " id = $id") eq 'DONE' }, 90);
}

sub request {
    my ($action, $tenant) = @_;
    my ($rc, $out) = $t->ctl('log', $action, 'k', $tenant);
    is($rc, 0, "$action $tenant is requested") or diag $out;
    return $t->value('SELECT MAX(id) FROM commands');
}

ok(shows($_, 'IN_PROGRESS'), "$_ is archived") for qw(shop till);

# It stands still in the middle of a command, for longer than the lease.
my $command = request('stop', 'shop');
ok($t->wait_until(sub { $t->value("SELECT state FROM commands WHERE id ="
    . " $command") eq 'RUNNING' }), 'the command is taken');
kill 'STOP', $t->pid('db');
$standin->tell('k', 'interrupt', tenant => 'till');
sleep 33;
kill 'CONT', $t->pid('db');
ok(command_ends($command), 'the command ends');
ok(shows('shop', 'STOPPED'), 'as it was meant');
ok(shows('till', 'INTERRUPTED', 60), 'what happened meanwhile is on record');

# It dies, and comes back with what was committed.
$command = request('start', 'shop');
$t->kill_db;
sleep 3;
$standin->tell('k', 'drop');
$t->start_db;
ok(command_ends($command), 'the next command ends');
ok(shows('shop', 'IN_PROGRESS'), 'as it was meant');

my @effects = map { $_->{sql} =~ /SYSTEM (\w+)/ } grep { $_->{result} eq 'OK' }
    $standin->statements('k');
is("@effects", 'NOARCHIVELOG ARCHIVELOG', 'one statement for each');
is($t->value('SELECT COUNT(*) FROM log_backups'), 2, 'no row too many');
is($t->value('SELECT COUNT(*) FROM tenants'), 2, 'nor tenant');
is($t->stop_agent, 0, 'the agent ends orderly');
my ($rc, $report) = $t->ctl('check');
is($rc, 0, 'the store is consistent') or diag $report;
($rc, $report) = $t->ctl('audit', 'verify');
is($rc, 0, 'the trail is whole') or diag $report;
$standin->stop;
$t->done;
