#!/usr/bin/perl
# grants.t: with exactly the printed grants everything works, and nobody can change the audit trail.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $t = BackupTasks->new(sample => 300)->start('db');
my @schema = ('--dir', $t->root . '/schema');

sub grants {
    my ($status, $text) = $t->run_program($t->build . '/backup-tasks-ctl',
        'grants', @schema, @_);
    is($status, 0, "grants @_: 0") or diag $text;
    return $text;
}

sub apply {
    my ($text) = @_;
    $text =~ s/^--.*$//mg;
    $t->sql($_) for grep { /\S/ } split /;\n/, $text;
    return;
}

sub store_of {
    my ($account, $database) = @_;
    my $path = $t->dir . "/$account-$database.cnf";
    $t->_write($path, "[backup-tasks]\nsocket=" . $t->dir . "/db.sock\n"
        . "user=$account\npassword=pw-$account\ndatabase=$database\n");
    chmod 0600, $path;
    return $path;
}

sub ctl_as {
    my ($account, $database, @arguments) = @_;
    return $t->run_program($t->build . '/backup-tasks-ctl', '--store',
        store_of($account, $database), @arguments);
}

# A statement under an account: the server's error number, 0: it worked.
sub try_as {
    my ($account, $sql, $database) = @_;
    my ($status, $text) = $t->run_program('mariadb', '--no-defaults', '--batch',
        '--socket=' . $t->dir . '/db.sock', "--user=$account",
        "--password=pw-$account", $database // 'backup_tasks', '-e', $sql);
    return $status == 0 ? 0 : $text =~ /^ERROR (\d+)/m ? $1 : $text;
}
my %denied = map { $_ => 1 } 1142, 1143, 1044, 1227, 1370;

# --- what is printed ----------------------------------------------------------

my $all = grants();
is($all, $t->read_file($t->root . '/schema/grants.sql'), 'the file as it is');
my %agent_alone = map { $_ => 1 }
    qw(cluster_access leases notify_risks notify_state);
my %worker_alone = map { $_ => 1 } qw(reports store_identity);
for my $table (map { $_->[0] } $t->sql('SHOW TABLES')) {
    next if $table =~ /^schema_/;
    my @who = grep { $_ ne 'admin' }
        $all =~ /ON `backup_tasks`\.`$table` TO 'backup_(\w+)'/g;
    is("@who", $agent_alone{$table} ? 'agent'
        : $worker_alone{$table} ? 'worker' : 'worker agent',
        "$table: @who");
}
my $one = grants('--worker', 'w@10.%', '--database', 'other');
like($one, qr/ON `other`\.`commands` TO 'w'\@'10\.%';/, 'names put in');
unlike($one, qr/^GRANT.*backup_|'backup_/m, 'and no other account');
like(grants('--agent', 'a'), qr/TO 'a'\@'localhost'/, 'the host is localhost');
for my $bad (['--worker', "a'b"], ['--worker', ''], ['--worker', '@h'],
    ['--agent', 'a@'], ['--migrate', 'a`'], ['--database', 'a`b'],
    ['--database', ''], ['--worker', "a\nb"], ['x'])
{
    my ($status) = $t->run_program($t->build . '/backup-tasks-ctl', 'grants',
        @schema, @$bad);
    is($status, 2, 'refused: ' . join(' ', @$bad) =~ s/\n/ /r);
}

$t->sql("CREATE USER $_\@localhost IDENTIFIED BY 'pw-$_'")
    for qw(mig wrk agt);

# --- migrations ------------------------------------------------------------------

apply(grants('--database', 'fresh', '--migrate', 'mig@localhost'));
my ($status, $text) = ctl_as('mig', 'fresh', 'migrate', @schema);
is($status, 0, 'migrate: a fresh store') or diag $text;
is((ctl_as('mig', 'fresh', 'sample', '--tasks', 50))[0], 0, 'migrate: samples');
is((ctl_as('mig', 'fresh', 'check', '--repair'))[0], 0, 'migrate: repair');

# --- agent -------------------------------------------------------------------------

# The samples are written by the agent's recorder, and by some statements that
# no agent has: what those need comes on top.
$t->sql('DROP DATABASE fresh');
($status, $text) = ctl_as('mig', 'fresh', 'migrate', @schema);
is($status, 0, 'a store for the agent') or diag $text;
apply(grants('--database', 'fresh', '--agent', 'agt@localhost'));
$t->sql("GRANT INSERT ON fresh.$_ TO agt\@localhost")
    for qw(commands acknowledgements);
($status, $text) = ctl_as('agt', 'fresh', 'sample', '--tasks', 50);
is($status, 0, 'agent: records') or diag $text;
is((ctl_as('agt', 'fresh', 'check'))[0], 0, 'agent: sound ones');
is((ctl_as('agt', 'fresh', qw(audit verify)))[0], 0, 'agent: a whole trail');

# --- worker ------------------------------------------------------------------------

apply(grants('--worker', 'wrk@localhost', '--agent', 'agt@localhost'));
$t->{worker_options} = ['--store', store_of('wrk', 'backup_tasks'),
    '--command-deadline', 3600];
is((ctl_as('wrk', 'backup_tasks', 'check'))[0], 0, 'worker: check');
$t->start(qw(worker nginx));
my $records = BackupTasks::Records->new($t);
my ($cluster, $tenant) = map { $t->value($_) }
    'SELECT MIN(id) FROM clusters', 'SELECT MIN(id) FROM tenants'
    . ' WHERE cluster_id = (SELECT MIN(id) FROM clusters)';
my $now = $t->value('SELECT UTC_TIMESTAMP()');
my %place = (cluster_id => $cluster, tenant_id => $tenant, start_time => $now);
my %id = (data => $records->add(data => %place, status => 'FAILED',
        mode => 'FULL', cause => { code => '-9040' }),
    log => $records->add(log => %place, status => 'INTERRUPTED'),
    cleanup => $records->add(cleanup => %place, status => 'FAILED'));
$id{second} = $records->add(second => %place, status => 'FAILED',
    kind => 'DATA', task_id => $id{data});

sub form {
    my ($path, $state, %more) = @_;
    my ($csrf) = $t->get("/backup/$path", user => 'operator')->{body}
        =~ /name="csrf" value="(\w+)"/;
    return $t->post("/backup/$path", { csrf => $csrf // '', 'expected-state' => $state,
        'idempotency-key' => sprintf('%032x', ++$id{key}), %more },
        user => 'operator');
}
is(form("log/$id{log}/stop", 'INTERRUPTED')->{status}, 303, 'worker: stop');
my $command = $t->value('SELECT MAX(id) FROM commands');
my @pages = (qw(data log cleanup second clusters commands audit
    data?range=30d&size=all log?range=7d clusters?status=CRITICAL
    data?tenant=a&range=30d audit?range=30d&user=li.wei),
    "data/$id{data}", "data/$id{data}/cause", "data/$id{data}/second",
    "log/$id{log}", "cleanup/$id{cleanup}", "second/$id{second}",
    "clusters/$cluster", "commands/$command", "commands/$command/cancel",
    map { "$_/$id{$_}/acknowledge" } qw(data log cleanup second));
for my $path (@pages) {
    my ($view, $query) = split /\?/, $path;
    for my $suffix ('', '.xml') {
        next if !$suffix && ($query // '') =~ /all/;
        my $answer = $t->get("/backup/$view$suffix"
            . ($query ? "?$query" : ''), user => 'operator');
        is($answer->{status}, 200, "worker: $path$suffix");
    }
}
is($t->get('/backup/health')->{body}, "ok\n", 'worker: health');
is(form("commands/$command/cancel", 'REQUESTED')->{status}, 303,
    'worker: cancel');
is(form("log/$id{log}/restart", 'INTERRUPTED')->{status}, 303,
    'worker: restart');
is(form("log/$id{log}/restart", 'INTERRUPTED')->{status}, 403,
    'worker: a refusal');
is(form("$_/$id{$_}/acknowledge", $_ eq 'log' ? 'INTERRUPTED' : 'FAILED',
    reason => 'known')->{status}, 303, "worker: acknowledge $_")
    for qw(data log cleanup second);
is($t->post("/backup/log/$id{log}/stop", 'x', user => 'viewer')->{status}, 403,
    'worker: a refused role');
$t->sql('UPDATE commands SET deadline = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR'
    . ' WHERE open_target IS NOT NULL');
ok($t->wait_until(sub { !$t->value('SELECT COUNT(*) FROM commands'
    . ' WHERE open_target IS NOT NULL') }), 'worker: a command expires');
is((ctl_as('wrk', 'backup_tasks', @$_))[0], 0, "worker: @$_") for (['status'],
    [qw(command list --all)], [qw(audit list)], [qw(audit verify)]);
($status, $text) = ctl_as('wrk', 'backup_tasks', qw(log stop --id), $id{log},
    $t->value("SELECT name FROM clusters WHERE id = $cluster"));
is($status, 0, 'worker: log stop') or diag $text;
($command) = $text =~ /command (\d+)/;
is((ctl_as('wrk', 'backup_tasks', qw(command cancel), $command))[0], 0,
    'worker: command cancel');
unlike($t->log('worker'), qr/denied|\berror\b/i, 'the worker misses nothing');

# --- what neither can -----------------------------------------------------------------

my $trail = 'audit_events';
my @attempts = ("UPDATE $trail SET user = 'x'", "UPDATE $trail SET hash = NULL",
    "DELETE FROM $trail", "DELETE FROM $trail WHERE id = 1", "TRUNCATE $trail",
    "DROP TABLE $trail", "ALTER TABLE $trail DROP COLUMN user",
    "RENAME TABLE $trail TO x", "REPLACE INTO $trail SELECT * FROM $trail",
    "INSERT INTO $trail SELECT * FROM $trail ON DUPLICATE KEY UPDATE user = 'x'",
    "CREATE TRIGGER x BEFORE INSERT ON $trail FOR EACH ROW SET NEW.user = 'x'",
    "LOAD DATA INFILE '/etc/hostname' REPLACE INTO TABLE $trail",
    "UPDATE $trail e JOIN clusters c SET e.user = 'x'", 'DROP DATABASE backup_tasks',
    'GRANT DELETE ON audit_events TO wrk@localhost');
my $before = $t->value("SELECT CONCAT(COUNT(*), MAX(HEX(hash))) FROM $trail");
for my $account (qw(wrk agt)) {
    for my $sql (@attempts) {
        my $error = try_as($account, $sql);
        ok($denied{$error} || $error eq '1045', "$account: $sql: denied")
            or diag $error;
    }
}
is($t->value("SELECT CONCAT(COUNT(*), MAX(HEX(hash))) FROM $trail"), $before,
    'the trail is as it was');
is((ctl_as('wrk', 'backup_tasks', qw(audit verify)))[0], 0, 'and whole');
for my $account (qw(wrk agt)) {
    ($status, $text) = ctl_as($account, 'backup_tasks', qw(audit prune --yes
        --before), $t->value("SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%TZ')"));
    is($status, 1, "$account: audit prune: denied");
    like($text, qr/it takes the account of the migrations/, 'and says so');
}
is($t->value("SELECT CONCAT(COUNT(*), MAX(HEX(hash))) FROM $trail"), $before,
    'nothing is gone');
for my $sql ("UPDATE log_backups SET status = 'STOPPED'",
    'DELETE FROM commands', "UPDATE commands SET requested_by = 'x'",
    "INSERT INTO agents (name) VALUES ('x')", 'DELETE FROM acknowledgements',
    "UPDATE data_tasks SET status = 'COMPLETED'", 'DELETE FROM data_tasks',
    'UPDATE clusters SET paused = 1', "INSERT INTO cluster_groups VALUES (1, 'x')",
    'UPDATE cluster_actions SET allowed = 1', 'CREATE TABLE x (n INT)')
{
    ok($denied{ try_as('wrk', $sql) }, "wrk: $sql: denied");
}
ok($denied{ try_as('agt', $_) }, "agt: $_: denied") for (
    'UPDATE cluster_actions SET allowed = 1', 'UPDATE reports SET rows_count = 0',
    'DELETE FROM commands', 'CREATE TABLE x (n INT)', 'DELETE FROM clusters',
    'UPDATE acknowledgements SET reason = NULL');


# --- admin -------------------------------------------------------------------------

# Registrations are in ctl_cluster.t; this is what that account cannot do.
$t->sql("CREATE USER adm\@localhost IDENTIFIED BY 'pw-adm'");
apply(grants('--admin', 'adm@localhost'));
is(try_as('adm', 'SELECT * FROM cluster_access'), 0, 'adm: the registry');
ok($denied{ try_as('adm', $_) }, "adm: $_: denied") for (
    'SELECT * FROM data_tasks', 'UPDATE log_backups SET status = NULL',
    'UPDATE clusters SET name = 1', 'UPDATE clusters SET observed = NOW()',
    'DELETE FROM clusters', 'INSERT INTO commands (id) VALUES (1)',
    'UPDATE commands SET state = 1', "DELETE FROM $trail",
    "UPDATE $trail SET user = 'x'", 'DELETE FROM notify_risks',
    'CREATE TABLE x (n INT)');

$t->done;
