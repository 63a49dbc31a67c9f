using PaymentFlow.AppHost.Embedded;

namespace PaymentFlow.Tests.Unit.Embedded;

public sealed class DataFolderTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("paymentflow-test-");

    EmbeddedOptions Options => new() { DataFolder = _folder.FullName };

    [Fact]
    public void A_folder_with_other_files_is_refused_and_left_as_it_is()
    {
        var letter = Path.Combine(_folder.FullName, "letter.txt");
        File.WriteAllText(letter, "Dear …");

        Assert.Contains("--data-folder", Assert.Throws<EmbeddedException>(() => new DataFolder(Options with { Fresh = true })).Message, StringComparison.Ordinal);

        Assert.Equal([letter], Directory.EnumerateFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void It_belongs_to_one_host_at_a_time_and_is_emptied_for_a_fresh_start()
    {
        using (var first = new DataFolder(Options))
        {
            Assert.Contains("already running", Assert.Throws<EmbeddedException>(() => new DataFolder(Options)).Message, StringComparison.Ordinal);
            DataFolder.WriteSecret(Path.Combine(_folder.FullName, "parameters.json"), "{}");
            _folder.CreateSubdirectory("postgres/base");

            first.Clear();
        }
        Assert.Single(_folder.EnumerateFileSystemInfos());
        using (new DataFolder(Options)) { }
    }

    [Fact]
    public void A_secret_is_replaced_whole_and_only_its_owner_can_read_it()
    {
        var file = Path.Combine(_folder.FullName, "secret");
        DataFolder.WriteSecret(file, "a longer one");
        DataFolder.WriteSecret(file, "short");

        Assert.Equal("short", File.ReadAllText(file));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
