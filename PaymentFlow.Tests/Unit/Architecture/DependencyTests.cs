using System.Reflection;
using System.Xml.Linq;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Fluent;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.OrderService.Payments;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.StripeSandbox;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Web.Orders;

namespace PaymentFlow.Tests.Unit.Architecture;

/// <summary>Which project, and inside a project which folder, may use which. docs/architecture.md shows the same as a table.</summary>
public sealed class DependencyTests
{
    /// <summary>The projects and packages that a project may reference directly. Packages of all others are free.</summary>
    static readonly Dictionary<string, string[]> References = new()
    {
        ["PaymentFlow.Contracts"] = [],
        ["PaymentFlow.ServiceDefaults"] = ["PaymentFlow.Contracts"],
        ["PaymentFlow.Messaging"] = ["PaymentFlow.Contracts", "PaymentFlow.ServiceDefaults"],
        ["PaymentFlow.Persistence"] = ["PaymentFlow.Messaging"],
        ["PaymentFlow.PaymentApi"] = ["PaymentFlow.Persistence"],
        ["PaymentFlow.OrderService"] = ["PaymentFlow.Persistence"],
        ["PaymentFlow.Web"] = ["PaymentFlow.Messaging", "PaymentFlow.ServiceDefaults"],
        ["PaymentFlow.StripeSandbox"] = ["PaymentFlow.ServiceDefaults"],
    };

    static readonly Assembly[] Assemblies =
    [
        typeof(OrderEvent).Assembly, typeof(Roles).Assembly, typeof(OrderUpdateHub).Assembly, typeof(OutboxRelay).Assembly,
        typeof(Payment).Assembly, typeof(OrderChange).Assembly, typeof(LiveOrder).Assembly, typeof(SandboxApp).Assembly,
    ];

    static readonly Lazy<ArchUnitNET.Domain.Architecture> Code = new(() => new ArchLoader().LoadAssemblies(Assemblies).Build());

    public static TheoryData<string> Projects => [.. References.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_the_projects_below_it(string project)
    {
        var file = XDocument.Load(Path.Combine(Repository.Folder, project, $"{project}.csproj"));
        var found = file.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.Equal(References[project].Order(), found.Order());
    }

    [Fact]
    public void Contracts_have_no_package_references()
    {
        var file = XDocument.Load(Path.Combine(Repository.Folder, "PaymentFlow.Contracts", "PaymentFlow.Contracts.csproj"));
        Assert.Empty(file.Descendants("PackageReference"));
    }

    /// <summary>Other teams use the client without anything else of ours.</summary>
    [Fact]
    public void The_client_library_references_nothing()
    {
        var file = XDocument.Load(Path.Combine(
            Repository.Folder, "clients", "dotnet", "PaymentFlow.Client", "PaymentFlow.Client.csproj"));
        Assert.Empty(file.Descendants("ProjectReference"));
        Assert.Empty(file.Descendants("PackageReference"));
    }

    [Theory]
    [InlineData("PaymentFlow.Web", "Npgsql")]
    [InlineData("PaymentFlow.Web", "dbup-postgresql")]
    [InlineData("PaymentFlow.Web", "Stripe.net")]
    [InlineData("PaymentFlow.OrderService", "Stripe.net")]
    [InlineData("PaymentFlow.Messaging", "Npgsql")]
    public void A_package_is_not_even_in_the_output_of_a_project_that_must_not_use_it(string project, string package)
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var dependencies = File.ReadAllText(Path.Combine(
            Repository.Folder, project, "bin", built.Parent!.Name, built.Name, $"{project}.deps.json"));
        Assert.DoesNotContain($"\"{package}/", dependencies, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("PaymentFlow.PaymentApi")]
    [InlineData("PaymentFlow.OrderService")]
    [InlineData("PaymentFlow.Persistence")]
    [InlineData("PaymentFlow.Messaging")]
    [InlineData("PaymentFlow.Contracts")]
    [InlineData("PaymentFlow.Web")]
    [InlineData("PaymentFlow.ServiceDefaults")]
    [InlineData("PaymentFlow.StripeSandbox")]
    public void The_folders_of_a_project_depend_on_each_other_in_one_direction(string project) =>
        Holds(SliceRuleDefinition.Slices().Matching($"{project}.(*)").Should().BeFreeOfCycles());

    /// <summary>The rule above sees namespaces, so a file must be in the namespace of its folder.</summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void A_file_is_in_the_namespace_of_its_folder(string project)
    {
        var root = Path.Combine(Repository.Folder, project);
        var wrong = from file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                    let path = Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/')
                    where !path.StartsWith("bin/", StringComparison.Ordinal) && !path.StartsWith("obj/", StringComparison.Ordinal)
                    let line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))
                    // Extensions of every host are where a developer looks for them.
                    where line is not null && line != "namespace Microsoft.Extensions.Hosting;"
                    let folder = string.Concat($"{project}/{path}".Split('/')[..^1].Select((part, i) => i == 0 ? part : $".{part}"))
                    where line != $"namespace {folder};"
                    select $"{path}: {line}";
        Assert.Equal("", string.Join('\n', wrong));
    }

    [Theory]
    // Stripe <- Payments <- { Refunds, Disputes, Cancellation } <- Reconciliation <- Webhooks
    [InlineData("PaymentApi.Stripe", "PaymentApi.Payments")]
    [InlineData("PaymentApi.Payments", "PaymentApi.Refunds")]
    [InlineData("PaymentApi.Payments", "PaymentApi.Disputes")]
    [InlineData("PaymentApi.Payments", "PaymentApi.Cancellation")]
    [InlineData("PaymentApi.Payments", "PaymentApi.Reconciliation")]
    [InlineData("PaymentApi.Refunds", "PaymentApi.Reconciliation")]
    [InlineData("PaymentApi.Disputes", "PaymentApi.Reconciliation")]
    [InlineData("PaymentApi.Cancellation", "PaymentApi.Reconciliation")]
    [InlineData("PaymentApi.Reconciliation", "PaymentApi.Webhooks")]
    [InlineData("OrderService.Orders", "OrderService.Payments")]
    [InlineData("OrderService.Orders", "OrderService.Live")]
    public void A_folder_does_not_know_what_is_above_it(string below, string above) =>
        Holds(ArchRuleDefinition.Types().That().ResideInNamespace($"PaymentFlow.{below}").Should()
            .NotDependOnAny(ArchRuleDefinition.Types().That().ResideInNamespace($"PaymentFlow.{above}")));

    static void Holds(IArchRule rule)
    {
        var violations = rule.Evaluate(Code.Value).Where(result => !result.Passed).Select(result => result.Description).ToList();
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }
}
