#!/usr/bin/perl
# worker_acts.t: an act happens once, on the state it was meant for, and is on record.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use BackupTasks::Xml qw(xml_parse);
use POSIX ();
use Test::More;

my $t = BackupTasks->new(
    worker_options => ['--command-deadline', 3600])->start(qw(db worker));
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'pay', version => '4.2.1.0',
    adapter => 'oceanbase4');
my $old = $records->add_cluster(name => 'old', version => '3.1.4',
    adapter => 'oceanbase2');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'a`b');
my $sys = $records->add_tenant(cluster_id => $old, name => 'sys', ob_id => 1);
my $now = $t->value('SELECT UTC_TIMESTAMP()');

my $serial = 0;
sub log_backup {
    my ($status, %o) = @_;
    return $records->add(log => cluster_id => $cluster, tenant_id => $tenant,
        start_time => $now, status => $status, %o);
}
sub key { return sprintf '%032x', ++$serial }
sub fields {
    my ($state, %o) = @_;
    return { csrf => 'c0ffee00', 'expected-state' => $state,
        'idempotency-key' => key(), %o };
}
sub code { return xml_parse($_[0]{body})->text('code') }

# A form says what it will do.
my $log = log_backup('IN_PROGRESS', latency_seconds => 30, observed => $now);
my $form = xml_parse($worker->ask('action', '', kind => 'log', id => $log,
    action => 'stop', format => 'html')->{body});
is($form->{name}, 'action-form', 'a form');
is($form->text('action'), 'stop', 'its act');
is($form->text('target/log-backup/id'), $log, 'its target');
ok($form->find('possible'), 'it is possible');
is($form->text('expected-state'), 'IN_PROGRESS', 'its state');
like($form->text('idempotency-key'), qr/^[0-9a-f]{32}$/, 'its key');
is($form->text('statements/statement'),
    'ALTER SYSTEM NOARCHIVELOG TENANT = `a``b`', 'its statement');
is($form->find('agent'), undef, 'no agent was ever seen');
my $again = xml_parse($worker->ask('action', '', kind => 'log', id => $log,
    action => 'stop', format => 'html')->{body});
isnt($again->text('idempotency-key'), $form->text('idempotency-key'),
    'each form has a key of its own');

# A program is asked for what its documentation names.
my $any = $records->add_cluster(name => 'any', version => '10.11.6-MariaDB',
    adapter => 'program');
my $streamed = $records->add(log => cluster_id => $any, status => 'INTERRUPTED',
    tenant_id => $records->add_tenant(cluster_id => $any, name => 'all',
        ob_id => 1), start_time => $now, observed => $now);
is_deeply([map { $_->text } xml_parse($worker->ask('action', '', kind => 'log',
    id => $streamed, action => 'restart', format => 'html')->{body})
    ->find('statements/statement')],
    ['PROGRAM stop-log', 'PROGRAM start-log'], 'the calls of a restart');

# The last restorable moment: the window's end is written now and then, the log
# backup's latest time at each look; one of another round says nothing.
sub last_restorable {
    my ($start) = @_;
    my $tenant_id = $records->add_tenant(cluster_id => $cluster,
        name => "since $start", ob_id => 2000 + 2 * ++$serial,
        restorable_to => '2026-11-01 10:00:00');
    my $id = $records->add(log => cluster_id => $cluster,
        tenant_id => $tenant_id, status => 'IN_PROGRESS', observed => $now,
        start_time => $start, latest_backup_time => '2026-11-01 10:04:30');
    my $form = xml_parse($worker->ask('action', '', kind => 'log', id => $id,
        action => 'stop', format => 'html')->{body});
    my $page = xml_parse($worker->ask('cluster', '', id => $cluster)->{body});
    my ($row) = grep { $_->text('name') eq "since $start" }
        $page->find('tenants/tenant');
    is($row->text('restorable-to'), $form->text('last-restorable'),
        'the page and the form agree');
    return $form->text('last-restorable');
}
is(last_restorable('2026-11-01 09:00:00'), '2026-11-01T10:04:30.000000Z',
    'of this round: the latest');
is(last_restorable('2026-11-01 10:02:00'), '2026-11-01T10:00:00.000000Z',
    'of another round: the window stays');

# Before 4.x a statement holds for the cluster.
my $whole = $records->add(log => cluster_id => $old, tenant_id => $sys,
    start_time => $now, status => 'INTERRUPTED');
$form = xml_parse($worker->ask('action', '', kind => 'log', id => $whole,
    action => 'restart', format => 'html')->{body});
is_deeply([map { $_->text } $form->find('statements/statement')],
    ['ALTER SYSTEM NOARCHIVELOG', 'ALTER SYSTEM ARCHIVELOG'],
    'restart: two statements');

# Which state allows which act.
my %allowed = (STARTING => ['stop'], IN_PROGRESS => ['stop'], STOPPING => [],
    STOPPED => ['start'], FAILED => ['start'],
    INTERRUPTED => ['restart', 'stop'], UNKNOWN => []);
for my $state (sort keys %allowed) {
    my $one = log_backup($state);
    my %may = map { $_ => 1 } @{ $allowed{$state} };
    is_deeply([sort map { $_->{name} } map { @{ $_->{kids} } }
        xml_parse($worker->ask_one('log-backup', 'log', $one)->{body})
        ->find('actions')], $allowed{$state}, "$state: its actions");
    for my $action (qw(start stop restart)) {
        my $form = xml_parse($worker->ask('action', '', kind => 'log',
            id => $one, action => $action)->{body});
        is($form->find('possible') ? 1 : 0, $may{$action} // 0,
            "$state $action: the form knows");
        is($form->find('refused') ? 0 : 1, $may{$action} // 0,
            "$state $action: or says why not");
        next if $may{$action};
        my $answer = $worker->post('log', $one, $action, fields($state));
        is($answer->{status}, 409, "$state $action: 409");
        is(xml_parse($answer->{body})->text('present-state'), $state,
            "$state $action: with the present state");
    }
}
is($t->value('SELECT COUNT(*) FROM commands'), 0, 'refusals leave no command');

# Bad forms.
my $good = fields('IN_PROGRESS');
my %bad = (
    'no key'         => [{ %$good, 'idempotency-key' => '' }, 400],
    'a short key'    => [{ %$good, 'idempotency-key' => 'abc' }, 400],
    'no state'       => [{ %$good, 'expected-state' => '' }, 400],
    'unknown field'  => [{ %$good, more => 1 }, 400],
    'broken percent' => ['csrf=%zz', 400],
    'no pairs'       => ['csrf', 400],
    'empty'          => ['', 400],
    'field twice'    => ['csrf=a&csrf=b', 400],
    'NUL'            => ['csrf=%00', 400],
    'not UTF-8'      => [{ %$good, reason => "\xff" }, 400],
    'a long reason'  => [{ %$good, reason => 'x' x 1025 }, 400],
    'too large'      => ['reason=' . 'x' x 17000, 413],
    'no token'       => [{ %$good, csrf => '' }, 403],
    'a wrong token'  => [{ %$good, csrf => 'c0ffee02' }, 403],
    'a part of one'  => [{ %$good, csrf => 'c0ffee0' }, 403],
    'both of them'   => [{ %$good, csrf => 'c0ffee00 c0ffee01' }, 403],
);
for my $name (sort keys %bad) {
    my ($body, $status) = @{ $bad{$name} };
    is($worker->post('log', $log, 'stop', $body)->{status}, $status,
        "form, $name: $status");
}
is($worker->post('log', $log, 'stop', $good, type => 'text/plain')->{status},
    400, 'form, another type: 400');
is($worker->post('log', $log, 'stop', $good, length => 999)->{status}, 400,
    'form, cut: 400');
is($worker->post('log', $log, 'stop', $good, csrf => '')->{status}, 403,
    'no valid token known: 403');
is($worker->post('log', $log, 'stop', $good, roles => 'viewer auditor')
    ->{status}, 403, 'a viewer may not act');
is($worker->post('log', $log, 'stop', $good, format => 'xml')->{status}, 405,
    'XML takes no POST');
is($worker->ask('data', '', body => 'x')->{status}, 405,
    'a list takes no POST');
is($t->value('SELECT COUNT(*) FROM commands'), 0, 'bad forms leave no command');

# One act.
my $fields = fields('IN_PROGRESS');
my $answer = $worker->post('log', $log, 'stop', $fields);
is($answer->{status}, 303, 'stop: 303');
my ($command) = $answer->{headers}{location} =~ m{^/backup/commands/(\d+)$};
ok($command, 'to the command');
is($answer->{body}, '', 'without a body');
$answer = $worker->post('log', $log, 'stop', { %$fields, csrf => 'c0ffee01' });
is($answer->{headers}{location}, "/backup/commands/$command",
    'the same form again, with the newer token: the same 303');
$answer = $worker->post('log', $log, 'stop', $fields,
    query => 'lang=zh&layout=frame&tz=Asia/Shanghai', tz => 'Asia/Shanghai');
is($answer->{headers}{location}, "/backup/commands/$command"
    . '?tz=Asia/Shanghai&lang=zh&layout=frame',
    'the command is shown as the form was');
is($worker->post('log', $log, 'stop', $fields, user => 'wang.fang')->{status},
    409, 'the same key of another user is another act');
$answer = $worker->post('log', $log, 'stop', fields('IN_PROGRESS'));
is($answer->{status}, 409, 'another form while a command is open: 409');
is(code($answer), 'CONFLICT', 'CONFLICT');
my $other = log_backup('IN_PROGRESS');
is($worker->post('log', $other, 'stop', $fields)->{status}, 409,
    'a used form for another log backup: 409');
is($worker->post('log', $log, 'restart', $fields)->{status}, 409,
    'a used form for another act: 409');

my $root = xml_parse($worker->ask_one('command', 'commands', $command)->{body});
is($root->text('state'), 'REQUESTED', 'the command waits');
is($root->text('requested-by'), 'li.wei', 'its user');
is($root->text('target'), $log, 'its target');
is($root->text('expected-state'), 'IN_PROGRESS', 'its state');
$root = xml_parse($worker->ask_one('log-backup', 'log', $log)->{body});
is($root->find('command')->attr('id'), $command, 'the log backup shows it');
is($root->find('command')->attr('state'), 'REQUESTED', 'and its state');
is($root->text('status'), 'IN_PROGRESS', 'its own state is the cluster\'s');
is($t->value("SELECT COUNT(*) FROM changes WHERE kind = 'command'"
    . " AND record_id = $command AND new_status = 'REQUESTED'"), 1,
    'a change is noted');
is($t->value("SELECT COUNT(*) FROM changes c JOIN log_backups l"
    . " ON l.id = c.record_id AND l.change_no = c.number"
    . " WHERE c.kind = 'log' AND l.id = $log AND c.number > 1"), 1,
    'and one of the log backup');

# The state moved after the form was opened.
my $moved = log_backup('STOPPED');
$answer = $worker->post('log', $moved, 'start', fields('INTERRUPTED'));
is($answer->{status}, 409, 'a moved state: 409');
is(xml_parse($answer->{body})->text('present-state'), 'STOPPED',
    'with the present one');

# The operator's word.
$t->sql("INSERT INTO cluster_actions VALUES ($cluster, 'start', 0)");
$answer = $worker->post('log', $moved, 'start', fields('STOPPED'));
is($answer->{status}, 403, 'what the operator does not allow: 403');
$t->sql('DELETE FROM cluster_actions');

# Many at once: the same form is one act, different ones are one act, too.
sub at_once {
    my ($count, $one) = @_;
    my @pipes = map {
        my $n = $_;
        my $pid = open(my $pipe, '-|') // die "fork: $!";
        if (!$pid) {
            print $one->($n);
            close STDOUT;
            POSIX::_exit(0);
        }
        $pipe;
    } 1 .. $count;
    my %seen;
    $seen{ do { local $/; <$_> } }++ for @pipes;
    return \%seen;
}
my $target = log_backup('IN_PROGRESS');
$fields = fields('IN_PROGRESS');
my $seen = at_once(40, sub {
    my $a = $worker->post('log', $target, 'stop', $fields);
    return "$a->{status} " . ($a->{headers}{location} // '');
});
is_deeply([values %$seen], [40], '40 times the same form: the same answer');
like((keys %$seen)[0], qr/^303 /, 'a 303');
$target = log_backup('IN_PROGRESS');
$seen = at_once(40, sub {
    return $worker->post('log', $target, 'stop', { %{ fields('IN_PROGRESS') },
        'idempotency-key' => sprintf 'f%031x', $_[0] })->{status};
});
is_deeply($seen, { 303 => 1, 409 => 39 }, '40 different forms: one act');
is($t->value("SELECT COUNT(*) FROM commands WHERE target_id = $target"), 1,
    'one command');

# Acknowledgements.
my $data = $records->add(data => cluster_id => $cluster, tenant_id => $tenant,
    start_time => $now, status => 'FAILED', mode => 'FULL');
my $fine = $records->add(data => cluster_id => $cluster, tenant_id => $tenant,
    start_time => $now, status => 'COMPLETED', mode => 'FULL');
is($worker->post('data', $fine, 'acknowledge', fields('COMPLETED'))->{status},
    409, 'nothing to acknowledge: 409');
$answer = $worker->post('data', $data, 'acknowledge',
    fields('FAILED', reason => "disk full \xe6\xbb\xa1\r\nticket <7>"));
is($answer->{status}, 303, 'acknowledge: 303');
is($answer->{headers}{location}, "/backup/data/$data", 'to the record');
is($worker->post('data', $data, 'acknowledge', fields('FAILED', reason => 'x'),
    user => 'wang.fang')->{status}, 303, 'once more: 303');
my $broken_log = log_backup('INTERRUPTED');
is($worker->post('log', $broken_log, 'restart', fields('INTERRUPTED'))
    ->{status}, 303, 'an interrupted log backup is to be restarted');
is($worker->post('log', $broken_log, 'acknowledge', fields('STOPPED'))
    ->{status}, 409, 'acknowledge another state while a command is open: 409');
is($worker->post('log', $broken_log, 'acknowledge', fields('INTERRUPTED'))
    ->{status}, 303, 'acknowledge while a command is open: 303');
$root = xml_parse($worker->ask_one('data-task', 'data', $data)->{body});
is($root->find('acknowledged')->attr('by'), 'li.wei', 'the first stays');
is($root->text('acknowledged'), "disk full \x{6ee1}\r\nticket <7>",
    'with the reason as it was typed');

# The trail: every act and refusal, each with the hash of the one before.
is($t->value("SELECT COUNT(*) FROM audit_events WHERE outcome = 'ACCEPTED'"),
    $t->value('SELECT COUNT(*) FROM commands') + 2, 'every act is on record');
ok($t->value("SELECT COUNT(*) FROM audit_events WHERE outcome = 'REFUSED'")
    > 40, 'and every refusal');
my $previous = "\0" x 32;
my ($broken, $last) = (0, 0);
my @columns = qw(id at user roles client_address request_id action kind
    target_id cluster_id tenant_id command_id outcome detail);
for my $line (split /\n/, $t->value('SELECT GROUP_CONCAT(CONCAT_WS(" ", '
    . join(', ', map { "IFNULL(HEX(CAST($_ AS CHAR)), '-')" } @columns)
    . ', HEX(previous_hash), HEX(hash)) ORDER BY id SEPARATOR "\n")'
    . ' FROM audit_events'))
{
    my @hex = split / /, $line;
    my ($before, $hash) = splice @hex, 14;
    my $text = join '', map {
        my $value = $_ eq '-' ? undef : pack 'H*', $_;
        defined $value ? length($value) . ":$value\n" : "-\n";
    } @hex;
    $broken++ if pack('H*', $before) ne $previous
        || uc sha256_hex($previous . $text) ne $hash
        || pack('H*', $hex[0]) != ++$last;
    $previous = pack 'H*', $hash;
}
is($last, $t->value('SELECT COUNT(*) FROM audit_events'), 'a whole chain');
is($broken, 0, 'without a broken link');

# A command that no agent has taken can be canceled, once.
my $waits = log_backup('IN_PROGRESS');
$answer = $worker->post('log', $waits, 'stop', fields('IN_PROGRESS'));
my ($taken_back) = $answer->{headers}{location} =~ m{(\d+)$};
sub cancel_form {
    return xml_parse($worker->ask('action', '', kind => 'commands',
        id => $_[0], action => 'cancel', format => 'html')->{body});
}
$form = cancel_form($taken_back);
is($form->text('target/command/id'), $taken_back, 'cancel: its form');
ok($form->find('possible'), 'it is possible');
is($form->text('expected-state'), 'REQUESTED', 'its state');
is($worker->post('commands', $taken_back, 'cancel', fields('RUNNING'))
    ->{status}, 409, 'cancel on another state: 409');
$fields = fields('REQUESTED');
is($worker->post('commands', $taken_back, 'cancel', { %$fields, csrf => 'no' })
    ->{status}, 403, 'cancel with a bad token: 403');
for my $time ('first', 'again') {
    $answer = $worker->post('commands', $taken_back, 'cancel', $fields,
        user => 'wang.fang');
    is("$answer->{status} $answer->{headers}{location}",
        "303 /backup/commands/$taken_back", "cancel, $time: 303");
}
$answer = $worker->post('commands', $taken_back, 'cancel', fields('REQUESTED'));
is($answer->{status}, 409, 'cancel by another form: 409');
is(xml_parse($answer->{body})->text('present-state'), 'CANCELED',
    'with the present state');
is($worker->post('commands', $taken_back, 'cancel', $fields)->{status}, 409,
    'the same key of another user: 409');
$root = xml_parse($worker->ask_one('command', 'commands', $taken_back)->{body});
is($root->text('state'), 'CANCELED', 'the command is canceled');
is($root->text('canceled-by'), 'wang.fang', 'by whom');
ok($root->text('ended-at'), 'and when');
$root = xml_parse($worker->ask_one('log-backup', 'log', $waits)->{body});
is($root->find('command')->attr('state'), 'CANCELED', 'its row shows it');
is($root->find('command')->attr('since'), $t->value('SELECT DATE_FORMAT('
    . "ended_at, '%Y-%m-%dT%H:%i:%s.%fZ') FROM commands"
    . " WHERE id = $taken_back"), 'and since when');
is_deeply([$t->sql('SELECT c.kind, IFNULL(old_status, ""), new_status'
    . ' FROM changes c JOIN commands m ON m.change_no = c.number'
    . " WHERE m.id = $taken_back ORDER BY c.kind")],
    [['command', 'REQUESTED', 'CANCELED'],
     ['log', 'IN_PROGRESS', 'IN_PROGRESS']], 'both changes are noted');
is($worker->post('log', $waits, 'stop', fields('IN_PROGRESS'))->{status}, 303,
    'there is room for the next command');
$t->sql("UPDATE commands SET state = 'RUNNING', started_at = UTC_TIMESTAMP(6)"
    . " WHERE open_target = $waits");
my $running = $t->value("SELECT id FROM commands WHERE open_target = $waits");
ok(!cancel_form($running)->find('possible'), 'a running one: not possible');
is($worker->post('commands', $running, 'cancel', fields('RUNNING'))->{status},
    409, 'a running one: 409');
is($worker->post('commands', 999999, 'cancel', fields('REQUESTED'))->{status},
    404, 'none: 404');
$t->sql("UPDATE commands SET state = 'DONE', ended_at = UTC_TIMESTAMP(6),"
    . " open_target = NULL WHERE id = $running");
$answer = $worker->post('log', $waits, 'stop', fields('IN_PROGRESS'));
my ($late) = $answer->{headers}{location} =~ m{(\d+)$};
$t->sql("UPDATE commands SET deadline = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"
    . " WHERE id = $late");
$answer = $worker->post('commands', $late, 'cancel', fields('REQUESTED'));
is($answer->{status}, 409, 'an overdue one: 409');
is(xml_parse($answer->{body})->text('present-state'), 'EXPIRED',
    'it is expired already');
ok($t->wait_until(sub { $t->value('SELECT COUNT(*) FROM commands'
    . " WHERE id = $late AND open_target IS NULL") }), 'and written down');

# Refused acts are on record, whoever refused them, and under a real name only.
sub events { return $t->value("SELECT COUNT(*) FROM audit_events WHERE $_[0]") }
my $place = "kind = 'log' AND target_id = $log AND cluster_id = $cluster"
    . " AND tenant_id = $tenant";
$answer = $worker->ask('action', '', kind => 'log', id => $log,
    action => 'stop', format => 'html', method => 'REFUSED',
    refused => 'From elsewhere.', user => 'refused.one');
is($answer->{status}, 403, 'an act that nginx refused: 403');
is(xml_parse($answer->{body})->text('text'), 'From elsewhere.', 'with its text');
is(events("user = 'refused.one' AND outcome = 'REFUSED' AND action = 'stop'"
    . " AND detail = 'From elsewhere.' AND $place"), 1, 'on record');
$answer = $worker->ask('action', '', kind => 'log', id => $log,
    action => 'stop', format => 'html', method => 'REFUSED',
    refused => 'Not your role.', user => 'refused.two', roles => 'viewer');
is(xml_parse($answer->{body})->text('required-role'), 'operator',
    'a role that is missing is named');
is(events("user = 'refused.two' AND roles = 'viewer'"), 1, 'on record, too');
$worker->post('log', $log, 'stop', fields('IN_PROGRESS'),
    user => 'refused.three', roles => 'viewer');
is(events("user = 'refused.three' AND outcome = 'REFUSED'"), 1,
    'by the worker alone, too');
$worker->post('log', 999999, 'stop', fields('IN_PROGRESS'),
    user => 'refused.four');
is(events("user = 'refused.four' AND target_id = 999999"
    . ' AND cluster_id IS NULL'), 1, 'what does not exist, too');
for my $name ('os:root', 'bt:deadline') {
    is($worker->ask('data', '', user => $name)->{status}, 403,
        "$name cannot sign in");
    is($worker->post('log', $log, 'stop', fields('IN_PROGRESS'),
        user => $name)->{status}, 403, "nor act");
    is(events("user = '$name' AND request_id IS NOT NULL"), 0,
        'nor leave a trace that looks like it');
}

# A command that no agent took expires, visibly, and makes room for the next.
$t->sql("UPDATE commands SET deadline = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"
    . " WHERE id = $command");
$root = xml_parse($worker->ask_one('command', 'commands', $command)->{body});
is($root->text('state'), 'EXPIRED', 'overdue: shown as expired at once');
is($root->text('ended-at'), $root->text('deadline'), 'ended at its deadline');
ok(length $root->text('result'), 'with a result');
is(scalar(() = $worker->root('commands', 'status=EXPIRED&range=7d&size=50')
    ->find('items/command')), 2, 'the filter knows it');
$answer = $worker->post('log', $log, 'stop', fields('IN_PROGRESS'));
is($answer->{status}, 303, 'the next act is possible at once');
ok($t->wait_until(sub { $t->value("SELECT COUNT(*) FROM commands"
    . " WHERE id = $command AND state = 'EXPIRED' AND ended_at = deadline"
    . ' AND open_target IS NULL') }), 'and it is written down');
$t->sql("UPDATE commands SET deadline = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"
    . " WHERE target_id = $target");
ok($t->wait_until(sub { $t->value("SELECT COUNT(*) FROM commands"
    . " WHERE target_id = $target AND state = 'EXPIRED'") }),
    'without anybody looking, too');
is($t->value("SELECT COUNT(*) FROM changes WHERE kind = 'command'"
    . " AND new_status = 'EXPIRED'"), 3, 'each expiry is a change');
is($t->value('SELECT COUNT(*) FROM audit_events e JOIN commands m'
    . " ON m.id = e.command_id AND m.state = 'EXPIRED' AND e.action = m.action"
    . " WHERE e.outcome = 'EXPIRED' AND e.user = 'bt:deadline'"), 3,
    'and an event');

$t->done;
