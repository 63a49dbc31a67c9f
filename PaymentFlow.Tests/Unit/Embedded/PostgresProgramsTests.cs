using PaymentFlow.AppHost.Embedded;
using PaymentFlow.AppHost.Embedded.Postgres;

namespace PaymentFlow.Tests.Unit.Embedded;

public sealed class PostgresProgramsTests
{
    [Fact]
    public void Missing_programs_are_answered_with_the_ways_to_get_them()
    {
        var missing = Assert.Throws<EmbeddedException>(() => PostgresPrograms.Find("/nowhere", ["/nowhere/else"])).Message;

        Assert.Contains("apt-get install postgresql", missing, StringComparison.Ordinal);
        Assert.Contains("brew install postgresql", missing, StringComparison.Ordinal);
        Assert.Contains("winget install", missing, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__postgres", missing, StringComparison.Ordinal);
    }

    [Fact]
    public void The_path_comes_before_the_packages()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var name in (string[])["path", "package"])
            {
                folder.CreateSubdirectory(name);
                foreach (var program in (string[])["initdb", "postgres"]) File.WriteAllText(Path.Combine(folder.FullName, name, program), "");
            }
            var path = Path.Combine(folder.FullName, "path");
            var package = Path.Combine(folder.FullName, "package");

            Assert.Equal(path, PostgresPrograms.Find($"/nowhere{Path.PathSeparator}{path}", [package]));
            Assert.Equal(package, PostgresPrograms.Find(null, [package]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
