using System.Reflection;
using EdgeMesh.Contracts;

namespace EdgeMesh.Cli.Tests;

public sealed class ExitCodesTests
{
    private static string[] AllErrorCodes => [.. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)];

    [Fact]
    public void Every_error_code_has_exactly_one_exit_code() =>
        Assert.Equal(AllErrorCodes.Order(), ExitCodes.Table.SelectMany(row => row.ErrorCodes).Order());

    [Fact]
    public void Every_error_code_is_looked_up_in_the_table() =>
        Assert.All(ExitCodes.Table, row => Assert.All(row.ErrorCodes, code => Assert.Equal(row.ExitCode, ExitCodes.Of(code))));

    [Fact]
    public void An_unknown_error_code_is_never_success() => Assert.Equal(ExitCodes.Internal, ExitCodes.Of("from_a_newer_hub"));

    [Theory]
    [InlineData(OtaStates.Confirmed, 0)]
    [InlineData(OtaStates.Rejected, 4)]
    [InlineData(OtaStates.Failed, 8)]
    [InlineData(OtaStates.RolledBack, 8)]
    public void Only_a_confirmed_update_is_success(string state, int exitCode) => Assert.Equal(exitCode, ExitCodes.OfOutcome(state));

    [Fact]
    public async Task Exit_codes_are_listed_in_100_columns_with_every_error_code()
    {
        Ran ran = await Ran.Of(["exit-codes"]);
        Assert.All(ran.Lines, line => Assert.InRange(line.Length, 1, 100));
        Assert.All(AllErrorCodes, code => Assert.Contains(code, ran.Stdout));
    }

    [Fact]
    public async Task Exit_codes_as_json_hold_the_same_table()
    {
        Ran ran = await Ran.Of(["exit-codes", "--json"]);
        Assert.Equal(ExitCodes.Table.Select(r => r.ExitCode), ran.Json.EnumerateArray().Select(r => r.GetProperty("exit_code").GetInt32()));
        Assert.Equal(AllErrorCodes.Order(), ran.Json.EnumerateArray().SelectMany(r => r.GetProperty("error_codes").EnumerateArray().Select(c => c.GetString()!)).Order());
    }
}
