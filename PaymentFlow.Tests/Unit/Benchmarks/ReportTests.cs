using System.Text.Json.Nodes;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Tests.Unit.Benchmarks;

/// <summary>How the benchmarks turn measurements into a report.</summary>
public sealed class ReportTests
{
    [Fact]
    public void A_JSON_report_has_the_documented_shape()
    {
        Report report = new("latency", new Dictionary<string, string> { ["CPU"] = "two slow cores" },
            [new Row("Stripe's yes → frame, p50", 6, "ms", twin: 4), new Row("payments/s", 100, "payments/s")]);

        var json = JsonNode.Parse(JsonReport.ToJson(report))!.AsObject();
        Assert.Equal(["mode", "settings", "rows"], json.Select(property => property.Key));
        Assert.Equal("latency", json["mode"]!.GetValue<string>());
        Assert.Equal("two slow cores", json["settings"]!["CPU"]!.GetValue<string>());
        var rows = json["rows"]!.AsArray();
        Assert.All(rows, row => Assert.Equal(
            ["name", "ratio", "twin", "unit", "value"],
            row!.AsObject().Select(property => property.Key).Order(StringComparer.Ordinal)));
        Assert.Equal(
            (6, 4, 1.5),
            (rows[0]!["value"]!.GetValue<double>(), rows[0]!["twin"]!.GetValue<double>(), rows[0]!["ratio"]!.GetValue<double>()));
        Assert.Null(rows[1]!["twin"]);
        Assert.Null(rows[1]!["ratio"]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_row_needs_measured_values(double nothing)
    {
        Assert.Throws<ArgumentException>(() => new Row("p50", nothing, "ms"));
        Assert.Throws<ArgumentException>(() => new Row("p50", 1, "ms", nothing));
    }

    [Fact]
    public void A_row_has_the_median_of_repeated_runs_for_the_app_and_for_the_twin()
    {
        Measurements measurements = new();
        foreach (var value in (double[])[9, 1, 2]) measurements.Add("p50", value, "ms");
        foreach (var value in (double[])[4, 1]) measurements.Add("p50", value, "ms", twin: true);

        var row = Assert.Single(measurements.Rows());
        Assert.Equal((2, 2.5, 0.8), (row.Value, row.Twin, row.Ratio));
    }

    [Theory]
    [InlineData("4242 (a (strange) name) S 1 2 3 0 -1 4194304 1 2 3 4 150 50 25 5 20 0", 2, 2.3)]
    [InlineData("7 (postgres) S 1 7 7 0 -1 0 0 0 0 0 100 0 0 0 20 0", 1, 1)]
    public void The_CPU_time_of_a_process_is_read_correctly_for_any_process_name(string stat, double own, double withEnded)
    {
        Assert.Equal(own, ProcessUsage.CpuOf(stat, withEnded: false).TotalSeconds, precision: 3);
        Assert.Equal(withEnded, ProcessUsage.CpuOf(stat, withEnded: true).TotalSeconds, precision: 3);
    }

    [Theory]
    [InlineData("Unknown option '--rate'. The options are --rates, --charts.", "--rate", "10")]
    [InlineData("--rates needs a value, for example --rates 10,100.", "--rates")]
    [InlineData("--rates takes positive whole numbers separated by commas, not '10;x'.", "--rates", "10;x")]
    public void A_mistake_in_the_arguments_gives_one_line_that_names_the_remedy(string message, params string[] args)
    {
        Dictionary<string, string> defaults = new() { ["rates"] = "10,100", ["charts"] = "" };
        var mistake = Assert.Throws<OptionException>(() => Options.Parse(args, defaults).Numbers("rates"));
        Assert.Equal(message, mistake.Message);
    }
}
