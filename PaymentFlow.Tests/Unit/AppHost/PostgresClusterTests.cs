using Aspire.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Development;

namespace PaymentFlow.Tests.Unit.AppHost;

/// <summary>How the app host finds PostgreSQL's programs, and which clusters and folders it must not touch.</summary>
public sealed class PostgresClusterTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("paymentflow-postgres-");

    [Fact]
    public void Programs_are_taken_from_the_path_or_from_packages_and_match_the_version_of_the_cluster()
    {
        var (path, old, current) = (Programs("path"), Programs("15/bin"), Programs("17/bin"));

        Assert.Equal(path, PostgresPrograms.Find(path, [current, old]));
        Assert.Equal(current, PostgresPrograms.Find(null, [current, old]));
        Assert.Equal(old, PostgresPrograms.Find(path, [current, old], majorVersion: "15"));
        Assert.Null(PostgresPrograms.Find(Path.Combine(_folder.FullName, "nothing"), []));
    }

    [Fact]
    public async Task A_cluster_of_another_major_version_is_refused_with_a_remedy_and_not_changed()
    {
        var version = Cluster("9");

        var refused = await Assert.ThrowsAsync<PostgresSetupException>(() =>
            new PostgresCluster(_folder.FullName).PrepareAsync(NullLogger.Instance, TestContext.Current.CancellationToken));

        Assert.Contains("PostgreSQL 9", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--fresh", refused.Message, StringComparison.Ordinal);
        Assert.Equal([version], Directory.GetFiles(Path.GetDirectoryName(version)!));
    }

    [Fact]
    public void An_error_names_the_missing_password_file_of_a_cluster()
    {
        Cluster("9");
        var refused = Assert.Throws<PostgresSetupException>(() => new PostgresCluster(_folder.FullName).Password);
        Assert.Contains("postgres.password", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_other_files_is_refused_as_a_data_folder()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "holiday.jpg"), "");
        Assert.Throws<DistributedApplicationException>(() => new DataFolder(_folder.FullName, isDefault: false));
        Assert.Single(_folder.EnumerateFileSystemInfos());
    }

    string Cluster(string version)
    {
        var file = Path.Combine(_folder.CreateSubdirectory("postgres").FullName, "PG_VERSION");
        File.WriteAllText(file, version + "\n");
        return file;
    }

    string Programs(string name)
    {
        var folder = _folder.CreateSubdirectory(name).FullName;
        foreach (var program in (string[])["initdb", "postgres"]) File.WriteAllText(Path.Combine(folder, program), "");
        return folder;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
