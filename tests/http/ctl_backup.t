#!/usr/bin/perl
# ctl_backup.t: a data backup at once and the cancel of a task, from a shell.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $t = BackupTasks->new->start('db');
my $records = BackupTasks::Records->new($t);
my $now = $t->value('SELECT UTC_TIMESTAMP()');

sub run {
    my ($name, $wanted, $like, @arguments) = @_;
    my ($status, $text) = $t->run_program($t->build . '/backup-tasks-ctl',
        '--store', $t->dir . '/store.cnf', @arguments);
    is($status, $wanted, "$name: exit status") or diag $text;
    like($text, $like, "$name: what it says");
    return $text;
}
sub commands { return $t->value('SELECT COUNT(*) FROM commands') }

my $pay = $records->add_cluster(name => 'pay', version => '4.2.1.0',
    adapter => 'oceanbase4');
my $old = $records->add_cluster(name => 'old', version => '3.1.5',
    adapter => 'oceanbase2');
my %tenant = map { $_->[0] => $records->add_tenant(cluster_id => $pay,
    name => $_->[0], ob_id => $_->[1]) } [sys => 1], [acct => 1002],
    ["e\x1bvil", 1004];
my $whole = $records->add_tenant(cluster_id => $old, name => 'sys', ob_id => 1);
$records->add_tenant(cluster_id => $old, name => 'acct', ob_id => 1001);
my %task = map { $_ => $records->add($_ => cluster_id => $pay,
    tenant_id => $tenant{acct}, start_time => $now,
    status => $_ eq 'data' ? 'IN_PROGRESS' : 'EXECUTING') } qw(data cleanup);

run("backup @$_", 2, qr/usage: backup-tasks-ctl backup/, 'backup', @$_) for ([],
    ['pay'], ['--mode', 'full'], [qw(--mode log pay)], [qw(--mode full a b c)],
    [qw(--mode full --key x pay)], [qw(--mode full --id 7 pay)]);
run("cancel @$_", 2, qr/usage: backup-tasks-ctl cancel/, 'cancel', @$_) for ([],
    ['data'], [qw(log 7)], [qw(data x)], [qw(data 0)], [qw(data 7 8)],
    [qw(--deadline 0 data 7)]);

# Off unless it is allowed.
run('backup', 1, qr{nothing was done to pay/e\?vil: .*does not allow.*\(IDLE\)},
    qw(backup --mode full pay), "e\x1bvil");
run('cancel', 1, qr/nothing was done to pay.acct: .*does not allow/,
    'cancel', 'data', $task{data});
is(commands(), 0, 'no command');
$t->sql("INSERT INTO cluster_actions VALUES ($pay, 'backup', 1),"
    . " ($pay, 'cancel', 1), ($old, 'backup', 1)");

run('several tenants', 2, qr/pay has several tenants: name one/,
    qw(backup --mode full pay));
run('no such tenant', 2, qr{pay/nope is not known here},
    qw(backup --mode full pay nope));
run('the system tenant', 1, qr/does not do this for this tenant/,
    qw(backup --mode full pay sys));
run('one that runs', 1, qr/A data backup of this tenant is running/,
    qw(backup --mode full pay acct));
my $text = run('backup', 0,
    qr{^command \d+: backup of changed data \(pay/e\?vil\) requested$}m,
    qw(backup --mode Incremental --expected-state IDLE pay), "e\x1bvil");
like($text, qr/warning: no agent was ever seen/, 'a warning');
my ($command) = $text =~ /^command (\d+)/m;
is($t->value("SELECT CONCAT_WS(' ', action, kind, target_id, tenant_id, mode,"
    . " expected_state, open_target) FROM commands WHERE id = $command"),
    "backup clusters $pay $tenant{qq(e\x1bvil)} INCREMENTAL IDLE"
    . " $tenant{qq(e\x1bvil)}", 'the command');
run('backup again', 1, qr/still open/, qw(backup --mode full pay), "e\x1bvil");
run('an older cluster', 0, qr{backup of all data \(old/sys\) requested},
    qw(backup --mode full old));
run('not one of its tenants', 1, qr/does not do this for this tenant/,
    qw(backup --mode full old acct));

run('cancel', 0, qr{cancel of data task $task{data} \(pay/acct\) requested},
    'cancel', 'data', $task{data});
run('another state', 1, qr/not the expected one.*\(EXECUTING\)/,
    qw(cancel --expected-state PENDING cleanup), $task{cleanup});
run('cancel of a cleanup', 0, qr{cancel of cleanup task $task{cleanup}},
    'cancel', 'cleanup', $task{cleanup});
run('of another kind', 2, qr/there is no data task $task{cleanup}/,
    'cancel', 'data', $task{cleanup});
run('list', 0, qr{\bcancel\b.*\bdata/$task{data}\b}, qw(command list));
run('check', 0, qr/./, 'check');

$t->done;
