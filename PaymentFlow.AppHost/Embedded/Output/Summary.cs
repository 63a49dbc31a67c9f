using PaymentFlow.AppHost.Embedded.Running;
using Spectre.Console;

namespace PaymentFlow.AppHost.Embedded.Output;

/// <summary>What is up and where, once everything is.</summary>
static class Summary
{
    public static async Task WriteAsync(Engine engine, IReadOnlyList<IResource> resources, Uri? dashboard)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Resource", "Address", "Process");
        foreach (var resource in resources)
        {
            var address = resource switch
            {
                ProjectResource project => project.GetEndpoint("http").Url,
                KafkaServerResource kafka => await kafka.GetConnectionStringAsync(),
                PostgresServerResource postgres => WithoutPassword(await postgres.GetConnectionStringAsync()),
                ConnectionStringResource => "(given)",
                _ => null,
            };
            if (address is null) continue;
            table.AddRow(Markup.Escape(resource.Name), Markup.Escape(address), ProcessOf(resource));
        }
        AnsiConsole.Write(table);

        string ProcessOf(IResource resource) =>
            resource is KafkaServerResource ? "in this one" : engine.ProcessIdOf(resource.Name)?.ToString(Invariant) ?? "";

        if (resources.OfType<ProjectResource>().FirstOrDefault(project => project.Name == "web") is { } web)
            Console.WriteLine($"The shop:  {web.GetEndpoint("http").Url}");
        if (resources.OfType<ParameterResource>().FirstOrDefault(parameter => parameter.Name == "operator-key") is { } key)
            Console.WriteLine($"Operators: /operator of the shop, or the header X-Operator-Key: {await key.GetValueAsync()}");
        if (resources.OfType<ParameterResource>().FirstOrDefault(parameter => parameter.Name == "merchant-key") is { } merchantKey)
            Console.WriteLine($"Your own shop: send the header X-Api-Key: {await merchantKey.GetValueAsync()}");
        if (dashboard is not null) Console.WriteLine($"Dashboard: {dashboard}");
        Console.WriteLine("Stop with Ctrl+C. `-- --fresh` starts anew.");
    }

    static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;

    static string WithoutPassword(string connectionString) =>
        string.Join(';', connectionString.Split(';').Where(part => !part.StartsWith("Password=", StringComparison.Ordinal)));
}
