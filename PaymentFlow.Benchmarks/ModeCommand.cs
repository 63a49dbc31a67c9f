using System.Globalization;
using Aspire.Hosting;
using PaymentFlow.Benchmarks.Charting;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks;

/// <summary>Runs a mode and prints its report. Exit code 0 for success, 1 when the app did not start, 2 for bad arguments.</summary>
static class ModeCommand
{
    public static IReadOnlyDictionary<string, string> CommonOptions { get; } = new Dictionary<string, string>
    {
        ["repeats"] = "3",
        ["warm-up"] = "40",
        ["telemetry"] = "on",
        ["kafka"] = "",
        // For the in-process broker's consumers. Empty: the app host's setting.
        ["fetch-wait-ms"] = "",
        // To try other settings without a change of code.
        ["env"] = "",
        ["npgsql"] = "",
        ["json"] = "",
        ["charts"] = "",
    };

    public static string Usage(Mode mode) =>
        $"dotnet run -c Release --project PaymentFlow.Benchmarks -- {mode.Name} "
        + string.Join(' ', OptionsOf(mode).Select(option => $"[--{option.Key} {Placeholder(option)}]"))
        + $"\n         {mode.Summary}";

    /// <summary>A mode's default wins over the common default.</summary>
    static IEnumerable<KeyValuePair<string, string>> OptionsOf(Mode mode) => mode.Options.UnionBy(CommonOptions, option => option.Key);

    static string Placeholder(KeyValuePair<string, string> option) => option switch
    {
        { Key: "json" } => "FILE",
        { Key: "charts" } => "FOLDER",
        { Key: "kafka" } => "HOST:PORT",
        { Key: "fetch-wait-ms" } => "1",
        { Key: "env" } => "\"NAME=VALUE;NAME=VALUE\"",
        { Key: "npgsql" } => "\"Max Auto Prepare=50\"",
        _ => option.Value,
    };

    public static async Task<int> RunAsync(Mode mode, string[] args)
    {
        // Format figures the same on every machine.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (args is ["--help", ..])
        {
            Console.WriteLine(Usage(mode));
            return 0;
        }
        try
        {
            var options = Options.Parse(args, OptionsOf(mode).ToDictionary());
            var (json, charts) = (options["json"], options["charts"]);
            // Check this before measuring, which takes minutes.
            if (json.Length > 0 && Path.GetDirectoryName(Path.GetFullPath(json)) is { } folder && !Directory.Exists(folder))
                throw new OptionException($"--json: the folder {folder} does not exist. Create it, or choose another file.");
            var report = await mode.MeasureAsync(options);
            ReportTable.Write(report);
            if (json.Length > 0) await JsonReport.WriteAsync(report, json);
            if (charts.Length > 0) Charts.Save(report, charts);
            return 0;
        }
        catch (OptionException e)
        {
            Console.Error.WriteLine($"{e.Message} For all options: `{mode.Name} --help`.");
            return 2;
        }
        catch (DistributedApplicationException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
