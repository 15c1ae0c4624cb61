#!/usr/bin/perl
# ctl_cluster.t: clusters registered, changed, paused, removed: what is written, refused, and on record.

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
my $me = 'os:' . getpwuid $>;
delete $ENV{SUDO_USER};
my $secret = 'Geheim-4711';

# As the account that grants.sql calls admin.
my @schema = ('--dir', $t->root . '/schema');
$t->sql("CREATE USER adm\@localhost IDENTIFIED BY 'pw'");
my (undef, $grants) = $t->run_program($t->build . '/backup-tasks-ctl', 'grants',
    '--admin', 'adm', @schema);
$grants =~ s/^--.*$//mg;
$t->sql($_) for grep { /\S/ } split /;\n/, $grants;
my $store = $t->dir . '/admin.cnf';
$t->_write($store, "[backup-tasks]\nsocket=" . $t->dir
    . "/db.sock\nuser=adm\npassword=pw\ndatabase=backup_tasks\n");
chmod 0600, $store;

sub run {
    my ($name, $wanted, $says, @arguments) = @_;
    my ($status, $text) = $t->run_program($t->build . '/backup-tasks-ctl',
        '--store', $store, 'cluster', @arguments);
    is($status, $wanted, "$name: $wanted") or diag $text;
    like($text, $says, "$name: says so");
    unlike($text, qr/\Q$secret\E/, "$name: no secret");
    return $text;
}
sub row { return $t->value("SELECT CONCAT_WS('|', $_[0])"
    . " FROM clusters c LEFT JOIN cluster_access a ON a.cluster_id = c.id"
    . " WHERE c.name = '" . ($_[1] // 'pay') . "'") }
sub events { return $t->value("SELECT COUNT(*) FROM audit_events"
    . " WHERE action LIKE 'cluster-%'") }
sub last_event { return $t->value("SELECT CONCAT_WS('|', user, action, kind,"
    . " target_id, cluster_id, outcome, detail) FROM audit_events"
    . ' ORDER BY id DESC LIMIT 1') }

my $password = $t->dir . '/password';
$t->_write($password, "$secret\n");
chmod 0600, $password;
my @ob = ('--endpoints', '127.0.0.1:1', '--user', 'root@sys');
my @add = ('add', '--no-check', @ob);

# Help needs no store.
for my $command ('', qw(add set list show check pause resume remove)) {
    my ($status, $text) = $t->run_program($t->build . '/backup-tasks-ctl',
        '--store', '/nowhere', 'cluster', $command || (), '--help');
    is($status, 0, "help of '$command'");
    like($text, qr/^usage:\n  backup-tasks-ctl cluster \Q$command\E/m,
        'tells the usage');
}

# What is refused, with what to do; nothing is written.
my @refused = (
    ['no command', qr/cluster --help/],
    ['an unknown one', qr/"cluster enlist" is no command/, 'enlist'],
    ['no name', qr/the name of one cluster/, @add],
    ['two names', qr/the name of one cluster/, @add, 'a', 'b'],
    ['an unknown option', qr/add --help/, @add, '--what', 'pay'],
    ['an empty name', qr/1 to 128/, @add, ''],
    ['a blank behind', qr/1 to 128/, @add, 'pay '],
    ['a control character', qr/1 to 128/, @add, "p\x1bay"],
    ['a long name', qr/1 to 128/, @add, 'x' x 129],
    ['broken UTF-8', qr/1 to 128/, @add, "pay\xff"],
    ['a bad group', qr/1 to 128/, @add, '--group', ' x', 'pay'],
    ['no endpoints', qr/addresses are missing; example: --endpoints/,
        'add', '--no-check', '--user', 'a', 'pay'],
    ['no port', qr/are not HOST:PORT/, 'add', '--no-check', '--endpoints',
        'db1', '--user', 'a', 'pay'],
    ['no user', qr/example: --user/, 'add', '--no-check', '--endpoints',
        'db1:2881', 'pay'],
    ['an unknown adapter', qr/there are oceanbase4, oceanbase2 and program/,
        @add, '--adapter', 'ob', 'pay'],
    ['no program', qr/needs --program/, 'add', '--no-check', '--adapter',
        'program', 'pay'],
    ['a program by its name', qr/begins with/, 'add', '--no-check',
        '--adapter', 'program', '--program', 'true', 'pay'],
    ['a program too many', qr/--adapter program only/, @add, '--program',
        '/bin/true', 'pay'],
    ['a password', qr/seen by every user/, @add, "--password=$secret", 'pay'],
    ['a password again', qr/seen by every user/, @add, '--password', 'pay'],
    ['a password as secret', qr/a password itself is never given here/, @add,
        '--secret', $secret, 'pay'],
    ['a relative file', qr/paths begin with/, @add, '--password-file', 'x',
        'pay'],
    ['a strange variable', qr/letters, digits and _/, @add, '--password-env',
        "$secret", 'pay'],
    ['two secrets', qr/one place/, @add, '--password-env', 'X',
        '--password-file', '/x', 'pay'],
    ['a TLS mode', qr/verify_identity/, @add, '--tls', 'yes', 'pay'],
    ['a CA that is not looked at', qr/verify_identity only/, @add, '--tls',
        'required', '--tls-ca', '/ca.pem', 'pay'],
    ['a relative CA', qr/--tls-ca is a path/, @add, '--tls-ca', 'ca', 'pay'],
    ['an act', qr/can be allowed/, @add, '--allow', 'drop', 'pay'],
    ['groups and none', qr/exclude each other/, @add, '--group', 'g',
        '--no-groups', 'pay'],
    (map { ["--rpo $_", qr/--rpo is/, @add, '--rpo', $_, 'pay'] }
        '', '0', '-1', '1y', '31d', '1mm', 'm', '99999999999999999999'),
    ['a round', qr/--round is/, @add, '--round', '4', 'pay'],
    ['an age', qr/--data-age is/, @add, '--data-age', '59', 'pay'],
    ['to show none', qr/no cluster is registered as pay/, 'show', 'pay'],
    ['to set none', qr/no cluster is registered/, 'set', '--rpo', '1h', 'pay'],
    ['to check none', qr/no cluster is registered/, 'check', 'pay'],
    ['to pause none', qr/no cluster is registered/, 'pause', 'pay'],
    ['to remove none', qr/no cluster is registered/, 'remove', '--yes', 'pay',
        'pay'],
    ['to check nothing', qr/usage:.*check/, 'check'],
    ['to list too much', qr/usage:.*list/, 'list', 'x'],
);
run("refused: $_->[0]", 2, $_->[1], @$_[2 .. $#$_]) for @refused;
is($t->value('SELECT COUNT(*) FROM clusters'), 0, 'no cluster');
is(events(), 0, 'no event');
run('list of none', 0, qr/^CLUSTER +ADAPTER/, 'list');

# A registration with everything.
run('add', 0, qr/^pay is registered$/m, @add, '--adapter', 'oceanbase2',
    '--password-file', $password, '--tls-ca', '/etc/ca.pem', '--group', 'core',
    '--group', 'cn', '--group', 'core', '--rpo', '15m', '--data-age', '2d',
    '--round', '30', '--connect-timeout', '5s', '--statement-timeout', '1m',
    '--allow', 'backup', '--deny', 'stop', 'pay');
is(row('c.adapter, c.round_seconds, c.rpo_seconds, c.data_age_seconds,'
    . ' c.simulated, c.paused, c.incarnation, c.change_no > 0,'
    . ' c.created <= UTC_TIMESTAMP(6), c.updated <= UTC_TIMESTAMP(6)'),
    'oceanbase2|30|900|172800|0|0|1|1|1|1', 'the cluster');
is(row('a.endpoints, a.user, a.secret, a.tls, a.tls_ca, a.program,'
    . ' a.connect_seconds, a.statement_seconds'), '127.0.0.1:1|root@sys|file:'
    . "$password|VERIFY_IDENTITY|/etc/ca.pem||5|60", 'how it is reached');
is($t->value("SELECT GROUP_CONCAT(name ORDER BY name) FROM cluster_groups"),
    'cn,core', 'groups');
sub actions { return $t->value("SELECT GROUP_CONCAT(action, '=', allowed"
    . " ORDER BY action) FROM cluster_actions WHERE cluster_id ="
    . " (SELECT id FROM clusters WHERE name = 'pay')") }
is(actions(), 'backup=1,cancel=0,restart=1,start=1,stop=0', 'acts');
my $id = row('c.id');
my $event = last_event();
like($event, qr/^\Q$me|cluster-add|clusters|$id|$id|DONE|\E/, 'on record');
like($event, qr/secret: file:\Q$password\E; .*rpo: 900 s.*groups: core, cn/,
    'with its settings');
run('add again', 2, qr/registered already.*cluster set/, @add, 'pay');
is(events(), 1, 'and nothing was written');
my $text = run('show', 0, qr/^rpo +900 s$/m, 'show', 'pay');
like($text, qr/^state +never answered$/m, 'its state');
like($text, qr/^allow +start, restart, backup$/m, 'what is allowed');
like(run('list', 0, qr/^pay\toceanbase2\t-\tnever answered\t-\t-\t127/m,
    'list', '-H'), qr/\A[^\n]+\n\z/, 'a line');

# Changes.
run('set', 0, qr/^pay was changed: rpo: 900 s -> 60 s; groups: cn, core -> x$/m,
    'set', '--rpo', '60', '--group', 'x', 'pay');
like(last_event(), qr/\|cluster-set\|.*\|DONE\|rpo: 900 s -> 60 s/, 'on record');
is(row('c.rpo_seconds, a.secret, c.data_age_seconds'),
    "60|file:$password|172800", 'the rest stays');
run('set the same', 0, qr/has these settings already/, 'set', '--rpo', '1m',
    'pay');
is(events(), 2, 'which is no event');
run('set what cannot be', 2, qr/--adapter program only/, 'set', '--no-check',
    '--program', '/bin/true', 'pay');
run('no groups', 0, qr/groups: x -> -/, 'set', '--no-groups', 'pay');
$t->sql("UPDATE clusters SET ob_name = 'ob', ob_id = 7, incarnation = 3,"
    . " version = '3.2.4' WHERE id = $id");
run('set an adapter', 0, qr/adapter: oceanbase2 -> oceanbase4/, 'set',
    '--no-check', '--adapter', 'oceanbase4', 'pay');
is(row('c.ob_name, c.ob_id, c.incarnation, c.version'), 'ob|7|3|3.2.4',
    'what the cluster said stays');
run('acts', 0, qr/allow: start, restart, backup -> start, stop, restart, cancel/,
    'set', '--allow', 'stop', '--allow', 'cancel', '--deny', 'backup', 'pay');
is(actions(), 'backup=0,cancel=1,restart=1,start=1,stop=1', 'as they are now');

# The check: the password first, then the adapter.
chmod 0644, $password;
run('check: open file', 1, qr/^FAIL  password: .*chmod 600/m, 'check', 'pay');
chmod 0600, $password;
unlink $password;
run('check: no file', 1, qr/^FAIL  password: .*No such file/m, 'check', 'pay');
$t->_write($password, "$secret\n");
chmod 0600, $password;
like(run('check: nobody there', 1, qr/^PASS  password: file:/m, 'check', 'pay'),
    qr/^FAIL  \w.*^pay: 1 passed, 0 to look at, 1 failed$/ms, 'a sum');
run('check of all', 1, qr/^pay: 1 passed/m, 'check', '--all');
run('add with a check', 1, qr/^FAIL.*crm was not registered: put right what/ms,
    'add', @ob, '--password-file', $password, 'crm');
run('set with a check', 1, qr/^FAIL.*pay was not changed/ms, 'set',
    '--endpoints', '127.0.0.1:2', 'pay');
is(row('a.endpoints'), '127.0.0.1:1', 'and nothing was changed');
is($t->value('SELECT COUNT(*) FROM clusters'), 1, 'nor registered');

# Nobody reads the password from a process or a log.
is($t->value("SELECT COUNT(*) FROM audit_events WHERE detail LIKE '%$secret%'"),
    0, 'no secret in the trail');
is($t->value("SELECT COUNT(*) FROM cluster_access WHERE CONCAT(endpoints, user,"
    . " secret, tls_ca, program) LIKE '%$secret%'"), 0, 'nor in the registry');
for my $account (qw(wrk)) {
    $t->sql("CREATE USER $account\@localhost");
    my (undef, $sql) = $t->run_program($t->build . '/backup-tasks-ctl',
        'grants', '--worker', $account, @schema);
    $sql =~ s/^--.*$//mg;
    $t->sql($_) for grep { /\S/ } split /;\n/, $sql;
    my ($status, $says) = $t->run_program('mariadb', '--no-defaults',
        '--socket=' . $t->dir . '/db.sock', "--user=$account", 'backup_tasks',
        '-e', 'SELECT * FROM cluster_access');
    like($says, qr/denied/, 'the worker does not see the registry');
}

# From a terminal: asked twice, written for the owner alone.
SKIP: {
    skip 'no script(1)', 4 if !-x '/usr/bin/script';
    my $file = $t->dir . '/asked';
    my $command = join ' ', $t->build . '/backup-tasks-ctl', '--store', $store,
        'cluster', @add, '--ask-password', $file, 'asked';
    my $says = qx((sleep 1; echo "$secret"; sleep 1; echo "$secret") |
        script -qec '$command' /dev/null 2>&1);
    like($says, qr/asked is registered/, 'asked for');
    unlike($says, qr/\Q$secret\E/, 'and not shown');
    is($t->read_file($file), "$secret\n", 'written');
    is(sprintf('%o', (stat $file)[2] & 0777), '600', 'for its owner');
    is(row('a.secret', 'asked'), "file:$file", 'and registered');
    run('remove it', 0, qr/asked is not registered any more/, 'remove',
        '--yes', 'asked', 'asked');
}
run('nobody to ask', 2, qr/no terminal|no password was read/, @add,
    '--ask-password', $t->dir . '/none', 'asked2') if !-t STDIN && !-e '/dev/tty';

# Pause and resume.
$t->sql("UPDATE clusters SET agent_id = 1, lease_until = UTC_TIMESTAMP(6)"
    . " + INTERVAL 30 SECOND WHERE id = $id");
run('pause', 0, qr/pay is not asked any more/, 'pause', 'pay');
is(row('c.paused, IFNULL(c.agent_id, 0), IFNULL(c.lease_until, 0)'), '1|0|0',
    'and the lease is gone');
like(last_event(), qr/\|cluster-pause\|clusters\|$id\|/, 'on record');
run('its state', 0, qr/^pay\toceanbase4\t3\.2\.4\tpaused/m, 'list', '-H');
run('resume', 0, qr/pay is asked again/, 'resume', 'pay');
is(row('c.paused'), '0', 'resumed');
like(last_event(), qr/\|cluster-resume\|/, 'on record');

# The end of a registration; the records stay.
my $records = BackupTasks::Records->new($t);
my $worker = BackupTasks::Worker->new($t);
my $tenant = $records->add_tenant(cluster_id => $id, incarnation => 3,
    name => 'acct');
my $now = $t->value('SELECT UTC_TIMESTAMP()');
$t->sql("UPDATE clusters SET observed = UTC_TIMESTAMP() WHERE id = $id");
my %place = (cluster_id => $id, tenant_id => $tenant, start_time => $now);
my $log = $records->add(log => %place, status => 'INTERRUPTED');
my $data = $records->add(data => %place, status => 'FAILED', mode => 'FULL');
sub health { my $health = $worker->root('log', 'size=50')->find('health');
    return join '|', map { $health->attr($_) } qw(clusters at-risk) }
is(health(), '1|1', 'the page: a cluster at risk');
$t->sql("INSERT INTO commands (action, kind, target_id, cluster_id, tenant_id,"
    . " expected_state, state, open_target, idempotency_key, requested_by,"
    . " requested_at, deadline, updated, change_no) VALUES ('stop', 'log',"
    . " $log, $id, $tenant, 'INTERRUPTED', 'REQUESTED', $log, 'k', 'li.wei',"
    . ' UTC_TIMESTAMP(), UTC_TIMESTAMP() + INTERVAL 1 HOUR, UTC_TIMESTAMP(),'
    . ' 1)');
run('remove without a word', 2, qr/nothing was removed. pay has 2 records, which would stay.*--yes 'pay' 'pay'$/,
    'remove', 'pay');
run('remove another', 2, qr/--yes names pya, not pay/, 'remove', '--yes',
    'pya', 'pay');
run('remove with a command', 1, qr/command \d+ of pay is still open/, 'remove',
    '--yes', 'pay', 'pay');
ok(row('a.cluster_id'), 'it is still registered');
$t->sql("UPDATE commands SET state = 'CANCELED', open_target = NULL");
run('remove', 0, qr/not registered any more, its records stay/, 'remove',
    '--yes', 'pay', 'pay');
is(row("IFNULL(a.cluster_id, 0), c.removed_at IS NULL"), '0|0', 'removed');
like(last_event(), qr/\|cluster-remove\|clusters\|$id\|.*its records stay$/,
    'on record');
is(actions(), 'backup=0,cancel=0,restart=0,start=0,stop=0', 'no act any more');
is(health(), '0|0', 'the page: no cluster at risk');
is(scalar(() = $worker->ask('log', 'size=50')->{body} =~ /<log-backup>/g), 1,
    'the rows are there');
is($worker->root('cluster', '', kind => 'clusters', id => $id)->find('name')
    ->text, 'pay', 'and its page');
like($worker->ask_one('action', 'log', $log, action => 'stop', format => 'html')
    ->{body}, qr/does not allow this on this cluster/, 'but no act');
unlike(run('list', 0, qr/./, 'list'), qr/^pay/m, 'not in the list');
like(run('list of all', 0, qr/./, 'list', '-H', '--all'),
    qr/^pay\t[^\n]*\tremoved\t/m, 'but in that of all');
run('show', 2, qr/no cluster is registered as pay/, 'show', 'pay');

# Registered again: the same cluster, with its records, and new settings.
run('add again', 0, qr/pay is registered, with the records that it had/, @add,
    '--password-env', 'PAY', 'pay');
is(row("c.id, c.removed_at IS NULL, c.rpo_seconds, a.secret,"
    . " IFNULL(c.stale_reason, '-'), c.incarnation"), "$id|1|600|env:PAY|-|3",
    'the same');
is(actions(), 'backup=0,cancel=0,restart=1,start=1,stop=1', 'the usual acts');
is(health(), '1|1', 'and its risk');

# With its records: tombstones, by the account of the migrations.
run('remove all as admin', 1, qr/denied|not all gone/, 'remove', '--records',
    '--yes', 'pay', 'pay');
my ($status, $says) = $t->ctl(qw(cluster remove --records --yes pay pay));
is($status, 0, 'by an account that may') or diag $says;
is($t->value('SELECT COUNT(*) FROM removed'), 2, 'tombstones');
is($t->value('SELECT COUNT(*) FROM data_tasks')
    + $t->value('SELECT COUNT(*) FROM log_backups'), 0, 'no record');
is($t->value("SELECT name FROM clusters WHERE id = $id"), "pay (removed $id)",
    'the name is free');
is(($t->ctl('check'))[0], 0, 'the store agrees with itself');
run('a new one', 0, qr/^pay is registered$/m, @add, 'pay');
isnt(row('c.id'), $id, 'which is another one');

# Several at once: one registration each.
my @pids = map { my $n = $_; my $pid = fork // die; if (!$pid) {
    open STDOUT, '>', '/dev/null'; open STDERR, '>&', \*STDOUT;
    exec $t->build . '/backup-tasks-ctl', '--store', $store, 'cluster', @add,
        'together' or POSIX::_exit(127) } $pid } 1 .. 6;
my @codes = sort map { waitpid $_, 0; $? >> 8 } @pids;
is($codes[0], 0, 'one has registered it');
is($t->value("SELECT COUNT(*) FROM clusters c JOIN cluster_access a"
    . " ON a.cluster_id = c.id WHERE c.name = 'together'"), 1, 'once');
is(($t->ctl(qw(audit verify)))[0], 0, 'the trail is whole');

$t->done;
