using System;
using System.Globalization;
using System.Linq;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;

/// <summary>What a model was asked today and what it cost.</summary>
/// <param name="Requests">Calls.</param>
/// <param name="Tokens">Tokens told and answered.</param>
/// <param name="CostMicro">Millionths of the currency that the prices are in.</param>
public sealed record Spending(long Requests, long Tokens, long CostMicro);

/// <summary>
/// Keeps a day's tokens and costs below their limits. A call's worst case is booked before it is made and corrected afterwards, so that neither calls beside
/// each other nor a hub that is killed in the middle of one spend more than was allowed. Days are UTC's.
/// </summary>
public sealed class ModelBudget(Database database, TimeProvider time)
{
    /// <summary>What was spent today.</summary>
    /// <param name="endpoint">Its name.</param>
    public Spending Today(string endpoint)
    {
        using SqliteConnection db = database.Open();
        return Of(db, Day(), endpoint);
    }

    /// <summary>Books a call's worst case; <c>model_budget_spent</c> where that would go beyond a limit.</summary>
    /// <param name="endpoint">Who is to be asked.</param>
    /// <param name="options">Its prices and limits.</param>
    /// <param name="inputTokens">At most so many tokens are told.</param>
    /// <param name="outputTokens">At most so many are answered.</param>
    public Result<Booking> Book(string endpoint, ModelEndpointOptions options, long inputTokens, long outputTokens)
    {
        Booking booking = new(Day(), endpoint, inputTokens + outputTokens, CostMicro(options, inputTokens, outputTokens));
        return database.Change<Result<Booking>>(db =>
        {
            Spending spent = Of(db, booking.Day, endpoint);
            long costMax = (long)decimal.Floor(options.CostPerDay * 1_000_000);
            if (options.TokensPerDay > 0 && spent.Tokens + booking.Tokens > options.TokensPerDay)
            {
                return Spent(endpoint, $"{spent.Tokens} of {options.TokensPerDay} tokens are used, and this may take {booking.Tokens}");
            }

            if (costMax > 0 && spent.CostMicro + booking.CostMicro > costMax)
            {
                return Spent(endpoint, string.Create(CultureInfo.InvariantCulture, $"{spent.CostMicro / 1e6:0.####} of {options.CostPerDay} are spent, and this may cost {booking.CostMicro / 1e6:0.####}"));
            }

            Add(db, booking.Day, endpoint, 1, booking.Tokens, booking.CostMicro);
            return booking;
        });
    }

    /// <summary>Corrects a booking by what was used. The day stays the booking's, also past midnight.</summary>
    public void Settle(Booking booking, ModelEndpointOptions options, long inputTokens, long outputTokens)
    {
        long tokens = inputTokens + outputTokens - booking.Tokens, cost = CostMicro(options, inputTokens, outputTokens) - booking.CostMicro;
        database.Change(db => Add(db, booking.Day, booking.Endpoint, 0, tokens, cost), Durability.Eventual);
    }

    // Millionths: the price of a million tokens is that of one, a million times. Rounded up, as a limit wants it.
    private static long CostMicro(ModelEndpointOptions options, long inputTokens, long outputTokens) =>
        (long)decimal.Ceiling((inputTokens * options.InputPrice) + (outputTokens * options.OutputPrice));

    private static Spending Of(SqliteConnection db, string day, string endpoint) => db.Query<Spending>(
        "SELECT requests, tokens, cost_micro AS CostMicro FROM model_spending WHERE day = @day AND endpoint = @endpoint", new { day, endpoint }).FirstOrDefault() ?? new Spending(0, 0, 0);

    private static int Add(SqliteConnection db, string day, string endpoint, long requests, long tokens, long cost) => db.Execute(
        """
        INSERT INTO model_spending (day, endpoint, requests, tokens, cost_micro) VALUES (@day, @endpoint, @requests, @tokens, @cost)
        ON CONFLICT DO UPDATE SET requests = requests + @requests, tokens = max(0, tokens + @tokens), cost_micro = max(0, cost_micro + @cost)
        """,
        new { day, endpoint, requests, tokens, cost });

    private static Error Spent(string endpoint, string how) => new(
        ErrorCodes.ModelBudgetSpent, $"The {endpoint} model's budget for today does not allow it: {how}. Wait until 00:00 UTC, or raise Models:{char.ToUpperInvariant(endpoint[0])}{endpoint[1..]}:TokensPerDay or CostPerDay.");

    private string Day() => time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A call's worst case, as booked.</summary>
    /// <param name="Day">Whose budget it is on.</param>
    /// <param name="Endpoint">Who is asked.</param>
    /// <param name="Tokens">Tokens told and answered.</param>
    /// <param name="CostMicro">Millionths of the prices' currency.</param>
    public sealed record Booking(string Day, string Endpoint, long Tokens, long CostMicro);
}
