using System.Xml.Linq;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Architecture;

/// <summary>A package with a known vulnerability fails the build: NU1901 (low) to NU1904 (critical).</summary>
public sealed class PackageAuditTests
{
    [Fact]
    public void A_known_vulnerability_of_any_package_is_an_error()
    {
        var properties = XDocument.Load(Path.Combine(Repository.Folder, "Directory.Build.props")).Descendants().ToLookup(
            element => element.Name.LocalName, element => element.Value);

        Assert.Equal("true", Assert.Single(properties["TreatWarningsAsErrors"]));
        Assert.Equal("true", Assert.Single(properties["NuGetAudit"]));
        Assert.Equal("all", Assert.Single(properties["NuGetAuditMode"]));
        Assert.Equal("low", Assert.Single(properties["NuGetAuditLevel"]));
        Assert.DoesNotContain(
            properties["WarningsNotAsErrors"].Concat(properties["NoWarn"]).SelectMany(codes => codes.Split(';')),
            code => code is "NU1901" or "NU1902" or "NU1903" or "NU1904");
    }

    [Fact]
    public void No_project_excepts_itself()
    {
        var projects = Directory.EnumerateFiles(Repository.Folder, "*.csproj", SearchOption.AllDirectories);
        Assert.All(projects, project => Assert.DoesNotMatch("NuGetAudit|NU190[1-4]", File.ReadAllText(project)));
    }
}
