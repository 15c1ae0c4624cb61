#!/usr/bin/perl
# program_example.t: the example of docs/program-adapter.md as it stands there: registered, backed up from the page, once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;

my $t = BackupTasks->new->start;
my ($text) = $t->read_file($t->root . '/docs/program-adapter.md')
    =~ /^```sh\n(.*?)^```$/ms;
ok($text, 'there is an example');
my $program = $t->dir . '/backup-directory';
my $source = $t->dir . '/files';

sub write_file {
    my ($name, $content, $mode) = @_;
    open my $file, '>', $name or die "$name: $!";
    print $file $content;
    close $file or die;
    chmod $mode, $name;
    return;
}

write_file($program, $text, 0755);
is(($t->run_program('sh', '-n', $program))[0], 0, 'its syntax');
my @add = ('cluster', 'add', '--adapter', 'program', '--program', $program,
    '--endpoints', $source, '--round', '5s', '--allow', 'backup', 'home dirs');
my ($status, $told) = $t->ctl(@add);
isnt($status, 0, 'check: no directory');
like($told, qr/there is no directory \Q$source\E/, 'in its own words');
mkdir $source;
write_file("$source/<a & b>", "content\n", 0644);
($status, $told) = $t->ctl(@add);
is($status, 0, 'registered') or die $told;
$t->sql('UPDATE clusters SET round_seconds = 1');
$t->start_agent;

sub tasks {
    return $t->sql('SELECT status, source, size_bytes > 0 FROM data_tasks');
}

my $id = $t->value('SELECT id FROM clusters');
ok($t->wait_until(sub { $t->value('SELECT COUNT(*) FROM tenants') }),
    'the agent has asked it');
my $form = "/backup/clusters/$id/backup?tenant-name=files";
my $answer = $t->get($form, user => 'operator');
is($answer->{status}, 200, 'the form');
my ($inputs) = $answer->{body} =~ m{<form class="do".*?</form>}s ? $& : '';
my %fields = $inputs =~ /name="([\w-]+)"\s+value="([^"]*)"/g;
$fields{mode} = 'FULL';
for my $time (1, 2) {
    $answer = $t->post($form, \%fields, user => 'operator');
    is($answer->{status}, 303, "asked for, $time") or die $inputs, $answer->{body};
}
ok($t->wait_until(sub {
    $t->value('SELECT state FROM commands') eq 'DONE' }, 60), 'done')
    or diag $t->value('SELECT CONCAT(state, " ", IFNULL(progress, ""), " ", '
        . 'IFNULL(result, "")) FROM commands');
ok($t->wait_until(sub { (tasks())[0][0] eq 'COMPLETED' }), 'a backup');
is_deeply([ tasks() ], [ [ 'COMPLETED', 'backup-tasks command '
        . $t->value('SELECT id FROM commands'), 1 ] ], 'one');
($status, $told) = $t->run_program('tar', '-tf',
    glob("$source.backups/*/tar"));
like($told, qr/<a & b>/, 'with what was there');

# --- what cannot be used ---------------------------------------------------------

sub stale { return $t->value('SELECT stale_reason FROM clusters') }

write_file($program, "#!/bin/sh\necho '<cluster'\n", 0755);
ok($t->wait_until(sub { stale() =~ /ends in the middle/ }), 'half a document');
is(scalar(my @still = tasks()), 1, 'what was recorded stays');
write_file($program, "#!/bin/sh\necho 'no licence' >&2\nexit 1\n", 0755);
ok($t->wait_until(sub { stale() =~ /^no licence/ }), 'its own cause')
    or diag stale();
write_file($program, $text, 0755);
ok($t->wait_until(sub { stale() eq 'NULL' }, 90), 'and well again')
    or diag stale();
$t->stop_agent;

$t->done;
