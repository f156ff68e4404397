using System;
using System.Linq;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Generation.Models;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;

namespace EdgeMesh.Hub.Tests.Codegen.Models;

public sealed class BudgetTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly ModelBudget _budget;
    private readonly ModelEndpointOptions _options = new() { InputPrice = 2.5m, OutputPrice = 10, TokensPerDay = 10_000, CostPerDay = 0.05m };

    public BudgetTests() => _budget = Open();

    private ModelBudget Open() => new(new Database(_folder.File("hub.db")), _time);

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public void What_is_booked_counts_until_it_is_settled_by_what_was_used()
    {
        ModelBudget.Booking booking = _budget.Book("cloud", _options, 4000, 1000).Value;
        Assert.Equal(new Spending(1, 5000, 20_000), _budget.Today("cloud"));
        _budget.Settle(booking, _options, 1000, 100);
        Assert.Equal(new Spending(1, 1100, 3_500), _budget.Today("cloud"));
        Assert.Equal(new Spending(0, 0, 0), _budget.Today("local"));
    }

    [Theory]
    [InlineData(9_001, 1_000, "tokens")]
    [InlineData(4_000, 4_001, "spent")]
    public void What_might_go_beyond_a_limit_is_refused_and_books_nothing(long input, long output, string word)
    {
        Result<ModelBudget.Booking> refused = _budget.Book("cloud", _options, input, output);
        Assert.Equal(ErrorCodes.ModelBudgetSpent, refused.Error?.Code);
        Assert.Contains(word, refused.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(new Spending(0, 0, 0), _budget.Today("cloud"));
    }

    [Fact]
    public void A_hub_that_was_killed_in_a_call_remembers_its_worst_case()
    {
        _ = _budget.Book("cloud", _options, 4000, 1000).Value;
        Assert.Equal(5000, Open().Today("cloud").Tokens);
        Assert.False(Open().Book("cloud", _options, 5001, 0).IsOk);
    }

    [Fact]
    public void A_new_day_has_its_own_budget_and_a_call_over_midnight_counts_on_the_day_it_began()
    {
        ModelBudget.Booking booking = _budget.Book("cloud", _options, 4000, 1000).Value;
        _time.Advance(TimeSpan.FromHours(12));
        Assert.Equal(0, _budget.Today("cloud").Tokens);
        _budget.Settle(booking, _options, 4000, 1000);
        Assert.Equal(0, _budget.Today("cloud").Tokens);
        Assert.True(_budget.Book("cloud", _options, 4000, 1000).IsOk);
    }

    [Fact]
    public async Task Calls_beside_each_other_never_book_more_than_the_limit()
    {
        ModelEndpointOptions options = new() { TokensPerDay = 1_050 };
        Result<ModelBudget.Booking>[] all = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => _budget.Book("local", options, 50, 50))));
        Assert.Equal(10, all.Count(b => b.IsOk));
        Assert.Equal(1_000, _budget.Today("local").Tokens);
    }

    [Fact]
    public void A_limit_of_zero_is_none() =>
        Assert.True(_budget.Book("local", new ModelEndpointOptions { InputPrice = 1000, TokensPerDay = 0, CostPerDay = 0 }, 100_000_000, 0).IsOk);
}
