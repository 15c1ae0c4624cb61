# Manual.pm: the commands and programs that docs/operations.md shows, for tests to run.
#
#   use BackupTasks::Manual qw(manual);
#   my $text = manual('mail');     # the block behind <!-- test: mail -->

package BackupTasks::Manual;

use strict;
use warnings;

use Cwd ();
use Exporter 'import';
use File::Basename ();

our @EXPORT_OK = qw(manual);

my $file = Cwd::abs_path(File::Basename::dirname(__FILE__)
    . '/../../../docs/operations.md');

sub manual {
    my ($name) = @_;
    open my $in, '<', $file or die "$file: $!";
    my $text = do { local $/; <$in> };
    close $in;
    my ($block) = $text =~ /^<!-- test: \Q$name\E -->\n\n((?: {4}.*\n|\n)+)/m
        or die "$file: no block '$name'";
    $block =~ s/^ {4}//mg;
    return $block =~ s/\n+\z/\n/r;
}

1;
