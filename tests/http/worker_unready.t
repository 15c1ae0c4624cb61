#!/usr/bin/perl
# worker_unready.t: a store without its tables, or without the rights, is a 503 that says what to run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Xml qw(xml_parse);
use Test::More;

my $t = BackupTasks->new->start;

sub is_unready {
    my ($name, $says) = @_;
    my $answer = $t->get('/backup/data.xml', user => 'feed');
    is($answer->{status}, 503, "$name: 503");
    like($answer->{headers}{'retry-after'} // '', qr/^\d+$/,
        "$name: with Retry-After");
    is(xml_parse($answer->{body})->text('code'), 'UNAVAILABLE', "$name: why");
    like($t->log('worker'), $says, "$name: the log says what to run");
    $answer = $t->get('/backup/data', user => 'viewer');
    is($answer->{status}, 503, "$name: a page");
    like($answer->{body}, qr/not ready for this version/, "$name: says so");
    return;
}

is($t->get('/backup/data', user => 'viewer')->{status}, 200, 'at first: 200');
$t->sql('RENAME TABLE clusters TO clusters_away');
is_unready('without a table',
    qr/lacks tables of this version \(.*clusters.*\): run "backup-tasks-ctl migrate"/);
$t->sql('RENAME TABLE clusters_away TO clusters');
is($t->get('/backup/data', user => 'viewer')->{status}, 200,
    'the table is back: 200');
$t->sql('ALTER TABLE data_tasks DROP COLUMN last_command_id');
is_unready('without a column', qr/lacks tables .*last_command_id/);
$t->sql('ALTER TABLE data_tasks ADD COLUMN last_command_id BIGINT NULL');
is($t->get('/backup/data', user => 'viewer')->{status}, 200,
    'the column is back: 200');

$t->done;
