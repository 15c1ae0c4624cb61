#!/usr/bin/perl
# acts_backup.t: cancel of a task and backup at once: off unless allowed, on one tenant, once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use BackupTasks::Xml qw(xml_parse);
use Test::More;

my $t = BackupTasks->new(
    worker_options => ['--command-deadline', 3600])->start(qw(db worker));
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);
my $now = $t->value('SELECT UTC_TIMESTAMP()');
my %new = (name => 'new', version => '4.2.1.0', adapter => 'oceanbase4');
my %old = (name => 'old', version => '3.1.5-OceanBase CE',
    adapter => 'oceanbase2');
my $new = $records->add_cluster(%new, groups => ['pay']);
my $old = $records->add_cluster(%old);
my $program = $records->add_cluster(name => 'any', version => '10.11.6-MariaDB');
sub tenant {
    my ($cluster, $name, $ob_id) = @_;
    return $records->add_tenant(cluster_id => $cluster, name => $name,
        ob_id => $ob_id);
}
my $sys = tenant($new, 'sys', 1);
my $acct = tenant($new, 'a`b', 1002);
my $crm = tenant($new, 'crm', 1004);
my $whole = tenant($old, 'sys', 1);
my $inside = tenant($old, 'acct', 1001);
my $embedded = tenant($program, 'embedded', 1);

my $serial = 0;
sub key { return sprintf '%032x', ++$serial }
sub fields {
    my ($state, %o) = @_;
    return { csrf => 'c0ffee00', 'expected-state' => $state,
        'idempotency-key' => key(), %o };
}
sub record {
    my ($kind, $status, %o) = @_;
    return $records->add($kind => cluster_id => $new, tenant_id => $acct,
        start_time => $now, status => $status, %o);
}
sub form {
    my ($kind, $id, $action, $query, %o) = @_;
    return xml_parse($worker->ask('action', $query // '', kind => $kind,
        id => $id, action => $action, format => 'html', %o)->{body});
}
sub statements {
    my ($form) = @_;
    return [map { ($_->attr('mode') // '') . ': ' . $_->text }
        $form->find('statements/statement')];
}
sub allow {
    my ($cluster, $action, $allowed) = @_;
    $t->sql("REPLACE INTO cluster_actions VALUES ($cluster, '$action',"
        . " $allowed)");
    return;
}
sub commands { return $t->value('SELECT COUNT(*) FROM commands') }

# --- off unless allowed ----------------------------------------------------------

my $running = record(data => 'IN_PROGRESS', mode => 'FULL');
my $cleanup = record(cleanup => 'EXECUTING');
my @acts = (['data', $running, 'cancel', 'IN_PROGRESS'],
    ['cleanup', $cleanup, 'cancel', 'EXECUTING'],
    ['clusters', $new, 'backup', 'IDLE', 'tenant-name=crm']);
for my $act (@acts) {
    my ($kind, $id, $action, $state, $query) = @$act;
    my @mode = $action eq 'backup' ? (mode => 'FULL') : ();
    my $form = form($kind, $id, $action, $query);
    is($form->find('refused')->attr('code'), 403, "$kind $action: off");
    like($form->text('refused'), qr/does not allow/, "$kind $action: says so");
    is($form->find('possible'), undef, "$kind $action: and is not possible");
    my $answer = $worker->post($kind, $id, $action, fields($state, @mode),
        query => $query // '');
    is($answer->{status}, 403, "$kind $action: 403");
    like($answer->{body}, qr/does not allow/, "$kind $action: with why");
}
is(xml_parse($worker->ask_one('data-task', 'data', $running)->{body})
    ->find('actions'), undef, 'no link on the row');
is(commands(), 0, 'no command');
is($t->value("SELECT COUNT(*) FROM audit_events WHERE outcome = 'REFUSED'"), 3,
    'three refusals on record');

allow($new, $_, 1) for qw(cancel backup);
ok(xml_parse($worker->ask_one('data-task', 'data', $running)->{body})
    ->find('actions/cancel'), 'a link where it is allowed');
ok(xml_parse($worker->ask_one('cleanup-task', 'cleanup', $cleanup)->{body})
    ->find('actions/cancel'), 'of a cleanup, too');
allow($new, 'cancel', 0);
is(form('data', $running, 'cancel')->find('refused')->attr('code'), 403,
    'a row may forbid, too');
allow($new, 'cancel', 1);

# --- cancel ------------------------------------------------------------------------

my $form = form('data', $running, 'cancel');
ok($form->find('possible'), 'cancel of a data backup');
is($form->text('expected-state'), 'IN_PROGRESS', 'its state');
is_deeply(statements($form), [': ALTER SYSTEM CANCEL BACKUP TENANT = `a``b`'],
    'its statement');
$form = form('cleanup', $cleanup, 'cancel');
is_deeply(statements($form),
    [': ALTER SYSTEM CANCEL DELETE BACKUP TENANT = `a``b`'], 'of a cleanup');

my $fields = fields('IN_PROGRESS');
my $answer = $worker->post('data', $running, 'cancel', $fields);
is($answer->{status}, 303, 'cancel: 303');
my ($command) = $answer->{headers}{location} =~ m{^/backup/commands/(\d+)$};
is($worker->post('data', $running, 'cancel', $fields)->{headers}{location},
    "/backup/commands/$command", 'the same form again: the same 303');
is($worker->post('data', $running, 'cancel', fields('IN_PROGRESS'))->{status},
    409, 'another one while it is open: 409');
is($worker->post('data', $running, 'cancel', fields('COMPLETED'))->{status},
    409, 'a moved state: 409');
is($worker->post('cleanup', $cleanup, 'cancel', $fields)->{status}, 409,
    'the used form for something else: 409');
my $root = xml_parse($worker->ask_one('command', 'commands', $command)->{body});
is($root->text('action') . ' ' . $root->text('kind'), 'cancel data',
    'what the command is');
is($root->text('target'), $running, 'its target');
is($root->find('tenant')->text, 'a`b', 'its tenant');
is($root->text('expected-state'), 'IN_PROGRESS', 'its state');
is($root->find('mode'), undef, 'no mode');
$root = xml_parse($worker->ask_one('data-task', 'data', $running)->{body});
is($root->find('command')->attr('id'), $command, 'the task shows it');
is($worker->post('cleanup', $cleanup, 'cancel', fields('EXECUTING'))
    ->{status}, 303, 'cancel of a cleanup: 303');
for my $case (['data', 'COMPLETED'], ['data', 'FAILED'], ['data', 'UNKNOWN'],
    ['cleanup', 'COMPLETED'], ['cleanup', 'FAILED'])
{
    my ($kind, $state) = @$case;
    my $id = record($kind => $state);
    is(form($kind, $id, 'cancel')->find('refused')->attr('code'), 409,
        "$kind $state: not possible");
    is($worker->post($kind, $id, 'cancel', fields($state))->{status}, 409,
        "$kind $state: 409");
}
is($worker->post('cleanup', record(cleanup => 'PENDING'), 'cancel',
    fields('PENDING'))->{status}, 303, 'a cleanup that waits can be canceled');
is($worker->post('commands', $command, 'cancel', fields('REQUESTED'))
    ->{status}, 303, 'the cancel can be canceled');
is($worker->post('data', $running, 'cancel', fields('IN_PROGRESS'))->{status},
    303, 'and requested anew');

# No statement reaches these alone.
my $sys_task = record(data => 'IN_PROGRESS', tenant_id => $sys);
is(form('data', $sys_task, 'cancel')->find('refused')->attr('code'), 409,
    '4.x: not of sys');
is($worker->post('data', $sys_task, 'cancel', fields('IN_PROGRESS'))->{status},
    409, '4.x: not of sys: 409');
allow($old, 'cancel', 1);
my $old_task = $records->add(data => cluster_id => $old, tenant_id => $whole,
    start_time => $now, status => 'IN_PROGRESS');
is_deeply(statements(form('data', $old_task, 'cancel')),
    [': ALTER SYSTEM CANCEL BACKUP'], '3.x: of the cluster');
my $part = $records->add(data => cluster_id => $old, tenant_id => $inside,
    start_time => $now, status => 'IN_PROGRESS');
is($worker->post('data', $part, 'cancel', fields('IN_PROGRESS'))->{status},
    409, '3.x: not of one tenant');

# Other ways to ask for it do not exist.
for my $case (['log', 'cancel'], ['second', 'cancel'], ['data', 'backup'],
    ['clusters', 'cancel'], ['clusters', 'stop'])
{
    my ($kind, $action) = @$case;
    isnt($worker->post($kind, $running, $action, fields('IN_PROGRESS'))
        ->{status}, 303, "$kind $action is no act");
}

# --- backup at once ----------------------------------------------------------------

sub post_backup {
    my ($cluster, $tenant, $fields, %o) = @_;
    my $query = defined $tenant ? "tenant-name=$tenant" : '';
    return $worker->post('clusters', $cluster, 'backup', $fields,
        query => $query, %o);
}

$form = form('clusters', $new, 'backup');
is_deeply([map { $_->text } $form->find('choices/tenant')], ['a`b', 'crm'],
    'which tenant: all but sys');
is($form->find('possible'), undef, 'before that nothing is possible');
is($form->find('target/cluster-backup/tenant'), undef, 'none is chosen');
$answer = post_backup($new, undef, fields('IDLE', mode => 'FULL'));
is($answer->{status}, 400, 'a backup of nobody: 400');
is(xml_parse($answer->{body})->text('parameter'), 'tenant-name',
    'with what is missing');

$form = form('clusters', $new, 'backup', 'tenant-name=crm');
ok($form->find('possible'), 'of one tenant it is');
is($form->find('target/cluster-backup/tenant')->text, 'crm', 'of this');
is($form->text('expected-state'), 'IDLE', 'while none runs');
is_deeply(statements($form), ['FULL: ALTER SYSTEM BACKUP TENANT = `crm`'
    . q{ DESCRIPTION = 'backup-tasks command N'},
    'INCREMENTAL: ALTER SYSTEM BACKUP INCREMENTAL TENANT = `crm`'
    . q{ DESCRIPTION = 'backup-tasks command N'}], 'a statement for each mode');
is($form->find('last-restorable'), undef, 'nothing to restore from yet');
$t->sql("UPDATE tenants SET restorable_to = '2026-11-01 10:00:00'"
    . " WHERE id = $crm");
my $archive = $records->add(log => cluster_id => $new, tenant_id => $crm,
    status => 'IN_PROGRESS', start_time => '2026-11-01 09:00:00',
    latest_backup_time => '2026-11-01 10:04:30');
is(form('clusters', $new, 'backup', 'tenant-name=crm')
    ->text('last-restorable'), '2026-11-01T10:04:30.000000Z',
    'the last restorable moment goes with the log backup');
$t->sql("UPDATE log_backups SET start_time = '2026-11-01 10:02:00'"
    . " WHERE id = $archive");
is(form('clusters', $new, 'backup', 'tenant-name=crm')
    ->text('last-restorable'), '2026-11-01T10:00:00.000000Z',
    'but not across a gap');
is(form('clusters', $new, 'backup', 'tenant-name=a%60b')
    ->find('refused')->attr('code'), 409, 'not while one runs');
is(form('clusters', $new, 'backup', 'tenant-name=sys')
    ->find('refused')->attr('code'), 409, 'not of sys');
for my $name ('nobody', 'CRM', 'crm%20') {
    is($worker->ask('action', "tenant-name=$name", kind => 'clusters',
        id => $new, action => 'backup')->{status}, 404, "no tenant $name");
}

for my $bad (['no mode'], ['another mode', mode => 'LOG'],
    ['mode in small letters', mode => 'full'])
{
    my ($name, %o) = @$bad;
    $answer = post_backup($new, 'crm', fields('IDLE', %o));
    is($answer->{status}, 400, "$name: 400");
    is(xml_parse($answer->{body})->text('parameter'), 'mode', "$name: named");
}
is($worker->post('data', $running, 'cancel',
    fields('IN_PROGRESS', mode => 'FULL'))->{status}, 400,
    'nothing else has a mode');
is(post_backup($new, 'crm', fields('IDLE', mode => 'FULL', csrf => 'x'))
    ->{status}, 403, 'a wrong token: 403');
is(post_backup($new, 'crm', fields('IDLE', mode => 'FULL'),
    roles => 'viewer auditor')->{status}, 403, 'a viewer may not');
is(post_backup($new, 'crm', fields('IN_PROGRESS', mode => 'FULL'))->{status},
    409, 'another state: 409');

my $count = commands();
$fields = fields('IDLE', mode => 'INCREMENTAL');
$answer = post_backup($new, 'crm', $fields);
is($answer->{status}, 303, 'backup: 303');
($command) = $answer->{headers}{location} =~ m{^/backup/commands/(\d+)$};
ok($command, 'to the command, without the tenant');
is(post_backup($new, 'crm', $fields)->{headers}{location},
    "/backup/commands/$command", 'the same form again: the same 303');
is(post_backup($new, 'crm', { %$fields, mode => 'FULL' })->{status}, 409,
    'the used form with another mode: 409');
is(post_backup($new, 'a%60b', $fields)->{status}, 409,
    'the used form for another tenant: 409');
is(post_backup($new, 'crm', fields('IDLE', mode => 'FULL'))->{status}, 409,
    'another form while it is open: 409');
is(commands(), $count + 1, 'one command');
$root = xml_parse($worker->ask_one('command', 'commands', $command)->{body});
is(join(' ', map { $root->text($_) } qw(action kind target mode
    expected-state)), "backup clusters $new INCREMENTAL IDLE",
    'what the command is');
is($root->find('tenant')->text, 'crm', 'and whose');
is($t->value("SELECT open_target FROM commands WHERE id = $command"), $crm,
    'open for the tenant');
$root = xml_parse($worker->ask_one('cluster', 'clusters', $new)->{body});
my ($shown) = grep { $_->text('name') eq 'crm' } $root->find('tenants/tenant');
is($shown->find('command')->attr('id'), $command, 'the cluster shows it');
my %offered = map { $_->text('name') => $_->find('actions/backup') ? 1 : 0 }
    $root->find('tenants/tenant');
is_deeply(\%offered, { sys => 0, 'a`b' => 1, crm => 1 }, 'and who can have one');

# A record with the tenant's id is something else.
$t->sql("UPDATE commands SET open_target = $running WHERE id = $command");
is(form('data', $running, 'cancel')->find('refused')->attr('code'), 409,
    'its own command is open');
$t->sql("UPDATE commands SET state = 'DONE', open_target = NULL"
    . " WHERE kind = 'data'");
ok(form('data', $running, 'cancel')->find('possible'),
    'a backup open for the same number does not matter');
$t->sql("UPDATE commands SET open_target = $crm WHERE id = $command");

# What the agent waits for.
$t->sql("UPDATE commands SET state = 'RUNNING', started_at = UTC_TIMESTAMP(6),"
    . " progress = 'BACKUP_DATA for 95 s', progress_at = '2026-01-02 03:04:05'"
    . " WHERE id = $command");
$root = xml_parse($worker->ask_one('command', 'commands', $command)->{body});
is($root->text('progress'), 'BACKUP_DATA for 95 s', 'progress of the command');
is($root->find('progress')->attr('at'), '2026-01-02T03:04:05.000000Z',
    'with its time');
$root = xml_parse($worker->ask_one('cluster', 'clusters', $new)->{body});
($shown) = grep { $_->text('name') eq 'crm' } $root->find('tenants/tenant');
is($shown->text('command/progress'), 'BACKUP_DATA for 95 s', 'on its row');
$t->sql("UPDATE commands SET state = 'DONE', open_target = NULL,"
    . " ended_at = UTC_TIMESTAMP(6) WHERE id = $command");
$root = xml_parse($worker->ask_one('command', 'commands', $command)->{body});
is($root->find('progress'), undef, 'and gone at its end');

# Of an older cluster it is the whole one, whoever is named; of any database
# whatever its program knows.
allow($_, 'backup', 1) for $old, $program;
$form = form('clusters', $old, 'backup');
is($form->find('refused')->attr('code'), 409, '3.x: one runs');
$t->sql("UPDATE data_tasks SET status = 'COMPLETED' WHERE id = $old_task");
$form = form('clusters', $old, 'backup');
ok($form->find('possible'), '3.x: nothing to choose');
is_deeply(statements($form), ['FULL: ALTER SYSTEM BACKUP DATABASE',
    'INCREMENTAL: ALTER SYSTEM BACKUP INCREMENTAL DATABASE'],
    '3.x: of the cluster');
is(form('clusters', $old, 'backup', 'tenant-name=acct')
    ->find('refused')->attr('code'), 409, '3.x: not of one tenant');
is(post_backup($old, undef, fields('IDLE', mode => 'FULL'))->{status}, 303,
    '3.x: backup');
$form = form('clusters', $program, 'backup');
ok($form->find('possible'), 'a program: nothing to choose');
is_deeply(statements($form), ['FULL: PROGRAM backup-full',
    'INCREMENTAL: PROGRAM backup-incremental'], 'and what it is asked for');
is(post_backup($program, undef, fields('IDLE', mode => 'FULL'))->{status}, 303,
    'a program: backup');

# What is out of scope does not exist.
is($worker->ask('action', 'tenant-name=crm', kind => 'clusters', id => $new,
    action => 'backup', scope => 'old')->{status}, 404, 'another cluster: 404');
is(post_backup($new, 'crm', fields('IDLE', mode => 'FULL'),
    scope => 'new/a%60b')->{status}, 404, 'another tenant: 404');
is_deeply([map { $_->text } form('clusters', $new, 'backup', '',
    scope => 'new/crm')->find('target/cluster-backup/tenant')], ['crm'],
    'one tenant in scope needs no choice');
is($worker->ask('action', '', kind => 'clusters', id => 999_999,
    action => 'backup')->{status}, 404, 'no such cluster: 404');

# A command that nobody takes expires, and the next one can be requested.
$t->sql('UPDATE commands SET deadline = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND'
    . ' WHERE open_target IS NOT NULL');
is(post_backup($old, undef, fields('IDLE', mode => 'FULL'))->{status}, 303,
    'after an expired one: 303');
ok($t->wait_until(sub { !$t->value('SELECT COUNT(*) FROM commands WHERE'
    . ' open_target IS NOT NULL AND deadline < UTC_TIMESTAMP(6)') }),
    'all of them expire');
is($t->value("SELECT COUNT(*) FROM commands c LEFT JOIN audit_events e"
    . " ON e.command_id = c.id AND e.outcome = 'EXPIRED' AND e.kind = c.kind"
    . " WHERE c.state = 'EXPIRED' AND e.id IS NULL"), 0, 'each on record');
my (undef, $text) = $t->run_program($t->build . '/backup-tasks-ctl',
    '--store', $t->dir . '/store.cnf', 'check');
unlike($text, qr/command/, 'check finds nothing wrong with the commands');

$t->done;
