#!/usr/bin/perl
# interop.t: tokens of npm's jose and of Debian's python3-jwt, good and bad.
#
# Needs build/tests/tokens/verify (make tools; SAN=1 takes that of build-san/)
# and node_modules (npm ci in this directory).

use strict;
use warnings;

use Cwd ();
use File::Basename ();
use File::Temp ();
use Test::More;

my $here = Cwd::abs_path(File::Basename::dirname(__FILE__));
my $build = "$here/../../build" . ($ENV{SAN} ? '-san' : '');
my $verify = "$build/tests/tokens/verify";
my $directory = File::Temp::tempdir('bt-test-XXXXXX', TMPDIR => 1,
    CLEANUP => 1);

# The rows of a table.
sub rows_of {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!\n";
    chomp(my @lines = <$file>);
    close $file;
    return map {
        my %row;
        @row{qw(name keys algorithms options expected token)}
            = split /\t/, $_, -1;
        \%row;
    } @lines;
}

# What verify says of each of the tokens.
sub answers_to {
    my ($first, @rows) = @_;
    my $input = "$directory/tokens";
    open my $file, '>', $input or die "$input: $!\n";
    print {$file} map { "$_->{token}\n" } $first, @rows;
    close $file or die "$input: $!\n";
    my $pid = open my $pipe, '-|';
    die "fork: $!\n" if !defined $pid;
    if ($pid == 0) {
        open STDIN, '<', $input or die "$input: $!\n";
        exec $verify, "$directory/$first->{keys}", $first->{algorithms},
            split / /, $first->{options};
        die "$verify: $!\n";
    }
    chomp(my @answers = <$pipe>);
    close $pipe;
    is($?, 0, "verify with $first->{keys} ends well");
    return @answers;
}

sub check {
    my ($maker, $row, $answer) = @_;
    my $name = "$maker: $row->{name}";
    return isnt(substr($answer, 0, 4), 'good', $name)
        if $row->{expected} eq 'bad';
    (my $expected = $row->{expected}) =~ tr/|/\t/;
    return is($answer, $expected, $name);
}

sub check_all {
    my ($maker, @command) = @_;
    is(system(@command, $directory), 0, "$maker makes its tokens");
    my %group;
    for my $row (rows_of("$directory/$maker.tsv")) {
        push @{ $group{"$row->{keys} $row->{algorithms}"} }, $row;
    }
    for my $key (sort keys %group) {
        my @answers = answers_to(@{ $group{$key} });
        is(scalar @answers, scalar @{ $group{$key} }, "an answer to each");
        check($maker, $group{$key}[$_], $answers[$_] // '')
            for 0 .. $#{ $group{$key} };
    }
    return;
}

die "$verify is not there: run make tools\n" if !-x $verify;
die "run npm ci in $here\n" if !-d "$here/node_modules/jose";

check_all('jose', 'node', "$here/make.mjs");
check_all('pyjwt', "$here/make.py");
done_testing();
