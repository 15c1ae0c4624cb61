#!/usr/bin/perl
# ctl_acts.t: from the shell when the page is away: status, log start|stop|restart, command list|cancel.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use BackupTasks::Xml qw(xml_parse);
use Test::More;

my $t = BackupTasks->new->start(qw(db worker));
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);
my $now = $t->value('SELECT UTC_TIMESTAMP() - INTERVAL 1 MINUTE');
my $me = 'os:' . getpwuid $>;
delete $ENV{SUDO_USER};

my $pay = $records->add_cluster(name => 'pay', version => '4.2.1.0');
my $old = $records->add_cluster(name => 'old', version => '3.1.4');
my %tenant = map { $_ => $records->add_tenant(cluster_id => $pay,
    name => $_) } ('acct', 'acct ', 'crm', "e\x1bvil");
my $sys = $records->add_tenant(cluster_id => $old, name => 'sys', ob_id => 1);
my %log = map { $_ => $records->add(log => cluster_id => $pay,
    tenant_id => $tenant{$_}, start_time => $now, status => 'IN_PROGRESS',
    latency_seconds => 7, observed => $now) } sort keys %tenant;
my $whole = $records->add(log => cluster_id => $old, tenant_id => $sys,
    start_time => $now, status => 'STOPPED');

sub run {
    my ($name, $wanted, $says, @arguments) = @_;
    my ($status, $text) = $t->ctl(@arguments);
    is($status, $wanted, "$name: $wanted") or diag $text;
    like($text, $says, "$name: says so");
    return $text;
}
sub commands { return $t->value('SELECT COUNT(*) FROM commands') }
sub column {
    my ($command, $column) = @_;
    return $t->value("SELECT $column FROM commands WHERE id = $command");
}

# What there is.
my $text = run('status', 0, qr/^ID +CLUSTER +TENANT +STATUS /, 'status');
is(scalar(() = $text =~ /\n/g), 6, 'a line for each log backup');
like($text, qr/^\d+ +pay +acct +IN_PROGRESS /m, 'its state');
unlike($text, qr/\e/, 'nothing moves the cursor');
$text = run('status of one', 0, qr/\told\tsys\tSTOPPED\t/,
    'status', '-H', 'old');
is(scalar(() = $text =~ /\n/g), 1, 'its line alone');
my @fields = split /\t/, (run('latency', 0, qr/pay/, 'status', '-H',
    'pay') =~ /^($log{acct}\t.*)$/m)[0];
cmp_ok($fields[6], '>=', 7 + 60, 'latency counts on from the last answer');
run('status of none', 2, qr/nope has no log backup here/, 'status', 'nope');

# Wrong usage changes nothing.
run("log @$_", 2, qr/usage: backup-tasks-ctl log/, 'log', @$_) for ([],
    ['stop'], ['pay'], ['halt', 'pay'], ['acknowledge', 'pay', 'crm'],
    [qw(stop pay crm more)], [qw(stop --what pay crm)],
    [qw(stop --key abc pay crm)], [qw(stop --deadline 0 pay crm)],
    [qw(stop --deadline 90000 pay crm)], [qw(stop --id 0 pay)]);
run('no such cluster', 2, qr/nope has no log backup here/, qw(log stop nope));
run('no such tenant', 2, qr{pay/nope has no log backup}, qw(log stop pay nope));
run('an id of another cluster', 2, qr/old has no log backup of this id/,
    qw(log stop --id), $log{crm}, 'old');
$text = run('several', 2, qr/name the tenant, or the log backup itself by --id/,
    qw(log stop pay));
like($text, qr{--id $log{crm}  pay/crm  IN_PROGRESS}, 'which they are');
is(commands(), 0, 'no command');

# One act, as on the page.
$text = run('stop', 0,
    qr{^command \d+: stop of log backup $log{crm} \(pay/crm\) requested$}m,
    qw(log stop pay crm));
my ($command) = $text =~ /^command (\d+)/m;
like($text, qr/warning: no agent was ever seen for this cluster/,
    'a warning that nobody would do it');
is(column($command, 'requested_by'), $me, 'by whom');
is(column($command, 'state'), 'REQUESTED', 'its state');
is(column($command, 'expected_state'), 'IN_PROGRESS', 'from which state');
is(column($command, 'target_id'), $log{crm}, 'of what');
is(column($command, 'TIMESTAMPDIFF(SECOND, requested_at, deadline)'), 600,
    'its deadline');
like($t->value("SELECT CONCAT_WS('|', user, action, kind, target_id, outcome,"
    . " client_address, IFNULL(roles, '-'), IFNULL(request_id, '-'))"
    . " FROM audit_events WHERE command_id = $command"),
    qr/^\Q$me\E\|stop\|log\|$log{crm}\|ACCEPTED\|[^|]+\|-\|-$/,
    'on record with user and host');
my $root = xml_parse($worker->ask_one('log-backup', 'log', $log{crm})->{body});
is($root->find('command')->attr('by'), $me, 'the page shows it');
run('stop again', 1, qr{nothing was done to pay/crm: A command .* still open},
    qw(log stop pay crm));
is($t->value("SELECT outcome FROM audit_events ORDER BY id DESC LIMIT 1"),
    'REFUSED', 'a refusal is on record');
run('the name to the letter', 0, qr/of log backup $log{'acct '} /,
    qw(log stop), 'pay', 'acct ');
run('and the other one', 0, qr/of log backup $log{acct} /,
    qw(log stop pay acct));
run('the only one of a cluster', 0, qr/start of log backup $whole /,
    qw(log start old));
run('by id', 0, qr/of log backup $log{"e\x1bvil"} \(pay\/e\?vil\)/,
    qw(log stop --id), $log{"e\x1bvil"}, 'pay');

# States, keys, deadlines, what the operator allows.
$t->sql("UPDATE commands SET state = 'DONE', open_target = NULL,"
    . ' ended_at = UTC_TIMESTAMP(6)');
run('a wrong state', 1, qr/does not allow this.*\(IN_PROGRESS\)/,
    qw(log start pay crm));
run('another state than expected', 1, qr/not the expected one.*\(STOPPED\)/,
    qw(log start --expected-state FAILED old));
run('the expected state', 0, qr/requested/, qw(log start --expected-state
    STOPPED --deadline 5000 --key), 'a' x 32, 'old');
is($t->value('SELECT TIMESTAMPDIFF(SECOND, requested_at, deadline)'
    . ' FROM commands ORDER BY id DESC LIMIT 1'), 5000, 'a deadline of its own');
my $count = commands();
run('the same key', 0, qr/was requested before with this key/,
    qw(log start --key), 'a' x 32, 'old');
is(commands(), $count, 'is the same act');
$t->sql("INSERT INTO cluster_actions VALUES ($pay, 'stop', 0)");
run('what the operator does not allow', 1, qr/does not allow this on this/,
    qw(log stop pay crm));
$t->sql('DELETE FROM cluster_actions');

# An agent that is there.
$t->sql("INSERT INTO agents (name, started, last_seen) VALUES"
    . " ('one', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
$t->sql("UPDATE clusters SET agent_id = (SELECT MAX(id) FROM agents)");
unlike(run('an agent', 0, qr/requested/, qw(log stop pay crm)), qr/warning/,
    'no warning');
$t->sql('UPDATE agents SET last_seen = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR');
like(run('an agent that is away', 0, qr/requested/, qw(log stop pay acct)),
    qr/warning: the agent .* last seen 36\d\d s ago/, 'a warning');

# The list, and to cancel.
$text = run('list', 0, qr/^ID +ACTION +CLUSTER .*RESULT$/m, qw(command list));
is(scalar(() = $text =~ /\bREQUESTED +os:/g), 3, 'the open ones');
is(scalar(() = run('list --all', 0, qr/DONE/, qw(command list -H --all))
    =~ /\n/g), commands(), 'all of them');
is(scalar(() = run('list of a cluster', 0, qr/\told\t/, qw(command list -H
    --all old)) =~ /\n/g), 2, 'those of a cluster');
is(scalar(() = run('list --limit', 0, qr/\t/, qw(command list -H --all --limit
    2)) =~ /\n/g), 2, 'the newest');
my $open = $t->value("SELECT id FROM commands WHERE open_target = $log{crm}");
run('cancel', 0, qr/^command $open: canceled$/, qw(command cancel --key),
    'b' x 32, $open);
run('cancel with the same key', 0, qr/canceled$/, qw(command cancel --key),
    'b' x 32, $open);
run('cancel again', 1, qr/command $open stays CANCELED: Only a command/,
    qw(command cancel), $open);
is(column($open, 'canceled_by'), $me, 'who did it');
run('cancel none', 2, qr/there is no command 999/, qw(command cancel 999));
run("command @$_", 2, qr/usage: backup-tasks-ctl command/, 'command', @$_)
    for ([], ['drop'], ['cancel'], ['cancel', 'x'], ['cancel', 0],
    [qw(cancel 1 2)], [qw(list a b)], [qw(list --limit 0)]);

# To wait for the end.
my $waiting = $t->value("SELECT id FROM commands WHERE open_target = $log{acct}");
$t->sql("UPDATE commands SET state = 'DONE', open_target = NULL, result ="
    . " 'Stopped.' WHERE id = $waiting");
my $pid = fork // die "fork: $!";
if (!$pid) {
    open STDOUT, '>', $t->dir . '/tmp/waited';
    open STDERR, '>&', \*STDOUT;
    exec $t->build . '/backup-tasks-ctl', '--store', $t->store, qw(log stop
        --wait pay acct) or die;
}
ok($t->wait_until(sub { $t->value("SELECT COUNT(*) FROM commands"
    . " WHERE open_target = $log{acct}") }), 'it waits');
$t->sql("UPDATE commands SET state = 'RUNNING', started_at = UTC_TIMESTAMP(6)"
    . " WHERE open_target = $log{acct}");
$t->sql("UPDATE commands SET state = 'FAILED', result = 'No space.',"
    . " open_target = NULL WHERE open_target = $log{acct}");
waitpid $pid, 0;
is($? >> 8, 1, 'a command that failed: 1');
like($t->read_file($t->dir . '/tmp/waited'), qr/: FAILED: No space\.$/,
    'with its result');

# Who it was before sudo, where that can be believed.
SKIP: {
    skip 'not root', 2 if $> != 0;
    local $ENV{SUDO_USER} = "li.wei\e[2J";
    run('sudo', 0, qr/requested/, qw(log stop pay acct));
    is($t->value('SELECT detail FROM audit_events ORDER BY id DESC LIMIT 1'),
        '[sudo: li.wei?[2J]', 'the name stands beside');
}

# A store that is away.
$t->stop_worker;
$t->stop_db;
run('no store', 1, qr/nothing was requested|cannot look for the log backup/,
    qw(log stop pay crm));
run('no store: status', 1, qr/cannot read the log backups/, 'status');

# Output that cannot be written.
$t->start_db;
my ($status) = $t->run_program('sh', '-c', $t->build . '/backup-tasks-ctl'
    . ' --store ' . $t->store . ' status > /dev/full');
is($status, 1, 'a full disk: 1');

$t->done;
